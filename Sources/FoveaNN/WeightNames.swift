/// The mapping from the names of weights in a file to those of a network, without the prefixes of wrappers.
///
/// PyTorch's wrappers put `module.` (training on several devices) before all names, and `_orig_mod.` (compiled) before
/// all names or within them; a program that keeps a network in a property puts the property's name before all of them.
/// The common prefix of all names is removed where that makes names of the network, and nothing is removed where one
/// already is the network's.
public struct WeightNames: Hashable, Sendable {
    /// The prefix that all names have and the network's do not.
    private let prefix: String
    private let hasWrappers: Bool
    /// A name that is read as another; nil where all names stay.
    public let example: Change?

    /// A name in the file, and the network's name that it is read as.
    public struct Change: Hashable, Sendable {
        public let name: String
        public let path: String
    }

    /// The names that wrappers give to the network inside them; no layer has such a name.
    private static let wrappers: Set = ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]

    /// - Parameters:
    ///   - names: those of a file's weights.
    ///   - paths: those of the network's parameters.
    init(of names: [String], for paths: Set<String>) {
        let unwrapped = names.map(Self.unwrapped)
        // Two weights never get the same name.
        hasWrappers = unwrapped != names && Set(unwrapped).count == names.count
        let candidates = hasWrappers ? unwrapped : names
        prefix = candidates.contains(where: paths.contains) ? "" : Self.prefix(of: candidates, for: paths)
        let shortened = candidates.map { [prefix] in String($0.dropFirst(prefix.count)) }
        example = zip(names, shortened).first { $0 != $1 && paths.contains($1) }.map { Change(name: $0, path: $1) }
    }

    /// The network's name for one of the file's.
    package func path(_ name: String) -> String {
        guard example != nil else { return name }
        let unwrapped = hasWrappers ? Self.unwrapped(name) : name
        return unwrapped.hasPrefix(prefix) ? String(unwrapped.dropFirst(prefix.count)) : unwrapped
    }

    private static func unwrapped(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).filter { !wrappers.contains(String($0)) }
            .joined(separator: ".")
    }

    /// The common prefix, up to a dot, whose removal leaves the most names of the network.
    private static func prefix(of names: [String], for paths: Set<String>) -> String {
        guard let first = names.first else { return "" }
        var best = (prefix: "", count: 0)
        for (index, character) in zip(first.indices, first) where character == "." {
            let prefix = String(first[...index])
            guard names.allSatisfy({ $0.hasPrefix(prefix) }) else { break }
            let count = names.count { paths.contains(String($0.dropFirst(prefix.count))) }
            if count > best.count { best = (prefix, count) }
        }
        return best.prefix
    }
}
