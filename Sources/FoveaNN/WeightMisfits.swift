import FoveaFoundation
import FoveaGraph

/// All differences between weights and a network's parameters.
package struct WeightMisfits {
    package init() {}

    /// Parameters without weights.
    package var missing: [String] = []
    /// Names that the network does not have.
    package var unexpected: [String] = []
    package var misshapen: [String] = []
    package var unreadable: [String] = []

    /// Nil where everything fits.
    package var description: String? {
        let faults = [
            Self.listed("missing", missing.map(quoted), ", "),
            Self.listed("not expected", unexpected.map(quoted), ", "),
            Self.listed("other shapes", misshapen, "; "),
            Self.listed("cannot be converted", unreadable, "; "),
            Self.listed("closest names", closest, ", "),
        ].compactMap { $0 }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }

    private static func listed(_ title: String, _ texts: [String], _ separator: String) -> String? {
        texts.isEmpty ? nil : "\(title): \(texts.joined(separator: separator))"
    }

    /// The likely intended names for the first missing ones.
    private var closest: [String] {
        missing.prefix(3).compactMap { path in
            Self.closest(to: path, among: unexpected).map { "\(quoted($0)) for \(quoted(path))" }
        }
    }

    /// The name that ends with the same two components or more, or else the one with the fewest other letters.
    private static func closest(to path: String, among names: [String]) -> String? {
        let components = path.split(separator: ".")
        func sharedCount(_ name: String) -> Int {
            zip(components.reversed(), name.split(separator: ".").reversed()).prefix { $0 == $1 }.count
        }
        let nearest = names.max { sharedCount($0) < sharedCount($1) }
        if let nearest, sharedCount(nearest) >= 2 { return nearest }
        return nearestName(to: path, among: names)
    }
}
