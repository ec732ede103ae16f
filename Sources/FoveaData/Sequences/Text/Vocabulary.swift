import FoveaFoundation
import FoveaGraph

/// The tokens that a model knows, and their numbers: 0 is padding, 1 any token that it does not know, and the others count from 2.
///
/// Bytes need no list: each is its value plus 2.
public struct Vocabulary: Hashable, Sendable {
    /// The number of what lies beyond a text's end.
    public static let padding: Int32 = 0
    /// The number of any token that is not in the list.
    public static let unknown: Int32 = 1
    /// The longest list that is learned; rarer tokens are unknown.
    public static let maximumTokens = 30_000

    public let kind: TokenKind
    /// The tokens from number 2 on; empty for bytes.
    public let tokens: [String]
    private let numbers: [Substring: Int32]

    private static let first: Int32 = 2

    /// - Parameter tokens: empty for bytes, which are all known.
    /// - Throws: ``FoveaError`` when a token is empty or there twice, when there are too many, or when bytes have a list.
    public init(_ kind: TokenKind, tokens: [String] = []) throws {
        (self.kind, self.tokens) = (kind, tokens)
        guard kind != .bytes || tokens.isEmpty, tokens.count <= Self.maximumTokens, !tokens.contains("") else {
            throw FoveaError(
                .badData, "A vocabulary of \(kind.rawValue) cannot have these \(tokens.count) tokens.",
                remedy: "Give at most \(Self.maximumTokens), none of them empty; and none for bytes.")
        }
        var numbers: [Substring: Int32] = [:]
        for (position, token) in tokens.enumerated() {
            guard numbers.updateValue(Self.first + Int32(position), forKey: token[...]) == nil else {
                throw FoveaError(
                    .badData, "The vocabulary has the token \(quoted(token)) twice.", remedy: "List each token once.")
            }
        }
        self.numbers = numbers
    }

    /// The number of tokens, padding and unknown ones included.
    public var count: Int { Int(Self.first) + knownCount }

    /// The number of tokens that a text may have and that are known.
    public var knownCount: Int { kind == .bytes ? 256 : tokens.count }

    /// The text of some tokens; unknown ones and padding leave nothing, and bytes that are no UTF-8 become replacement characters.
    public func text(of numbers: [Int32]) -> String {
        guard kind != .bytes else {
            return String(
                decoding: numbers.filter { $0 >= Self.first }.map { UInt8(clamping: $0 - Self.first) }, as: UTF8.self)
        }
        let known = numbers.map { Int($0 - Self.first) }.filter(tokens.indices.contains).map { tokens[$0] }
        return known.joined(separator: kind == .words ? " " : "")
    }

    /// The numbers of the tokens of a text.
    public func numbers(of text: String) -> [Int32] {
        kind == .bytes
            ? text.utf8.map { Int32($0) + Self.first }
            : kind.tokens(of: text).map { numbers[$0] ?? Self.unknown }
    }
}

/// How often each token occurs in some texts.
struct TokenCounts {
    let kind: TokenKind
    private var counts: [Substring: Int] = [:]

    init(_ kind: TokenKind) { self.kind = kind }

    mutating func add(_ text: String) {
        if kind == .bytes {
            for byte in text.utf8 { counts["0x" + String(byte, radix: 16), default: 0] += 1 }
        }
        for token in kind.tokens(of: text) { counts[token, default: 0] += 1 }
    }

    /// The tokens, the most frequent first, of equally frequent ones that whose bytes come first.
    var sorted: [(token: String, count: Int)] {
        counts.sorted {
            $0.value != $1.value ? $0.value > $1.value : $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }.map { (String($0.key), $0.value) }
    }

    /// The tokens in the order of their number.
    func vocabulary() throws -> Vocabulary {
        guard kind != .bytes else { return try Vocabulary(.bytes) }
        return try Vocabulary(kind, tokens: sorted.prefix(Vocabulary.maximumTokens).map(\.token))
    }

    /// The fraction of these tokens that others lack.
    func fraction(lackingIn others: TokenCounts) -> Double {
        let (total, lacking) = counts.reduce((0, 0)) { sums, entry in
            (sums.0 + entry.value, sums.1 + (others.counts[entry.key] == nil ? entry.value : 0))
        }
        return Double(lacking) / Double(max(1, total))
    }
}
