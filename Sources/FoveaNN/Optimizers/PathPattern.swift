/// A pattern for the paths of a network's parameters: `layer1`, `*.bias`, `layer?.0.conv*`.
///
/// `*` matches any characters, dots included, and `?` matches one. A pattern that matches a path also matches all paths
/// below it: `layer1` matches `layer1.0.conv1.weight`.
public struct PathPattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.init(text) }

    public var description: String { text }

    /// Whether the pattern matches the parameter at this path.
    public func matches(_ path: String) -> Bool {
        let path = Array(path.unicodeScalars)
        // A matched prefix counts where it is the whole path, or the path of a layer that holds the parameter.
        return Self.match(Array(text.unicodeScalars), path).contains { $0 == path.count || path[$0] == "." }
    }

    /// The lengths of the prefixes of a path that a pattern matches: one letter of the pattern at a time, so that the
    /// time grows no faster than the product of both lengths.
    private static func match(_ pattern: [Unicode.Scalar], _ path: [Unicode.Scalar]) -> Set<Int> {
        var lengths: Set<Int> = [0]
        for letter in pattern {
            if letter == "*" {
                lengths = lengths.min().map { Set($0...path.count) } ?? []
            } else {
                lengths = Set(
                    lengths.filter { $0 < path.count && (letter == "?" || path[$0] == letter) }.map { $0 + 1 })
            }
        }
        return lengths
    }
}
