/// Which parameters of a network are meant, by their paths: `layer1`, `*.bias`, `layer?.0.conv*`.
///
/// `*` stands for any letters, dots included, and `?` for one. A pattern that matches a path means all that lies below it
/// too: `layer1` means `layer1.0.conv1.weight`.
public struct PathPattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.init(text) }

    public var description: String { text }

    /// Whether the pattern means the parameter at this path.
    public func matches(_ path: String) -> Bool {
        let path = Array(path.unicodeScalars)
        // Ends of prefixes that are paths of what holds the parameter, and of the whole.
        return Self.match(Array(text.unicodeScalars), path).contains { $0 == path.count || path[$0] == "." }
    }

    /// The lengths of the prefixes of a path that a pattern matches: letter by letter of the pattern, so that the time grows
    /// with the product of both lengths and not faster.
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
