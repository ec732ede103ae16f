/// The pieces in which texts are read.
public enum TokenKind: String, CaseIterable, Hashable, Sendable {
    /// What a reader takes for one: a letter with its accents (extended grapheme clusters). Spellings that Unicode counts as equal
    /// are the same token.
    case characters
    /// The bytes of UTF-8.
    case bytes
    /// Runs of letters, digits, `_` and apostrophes, in lower case; every other mark is a token of its own. White space is left out.
    case words

    /// The characters or words of a text; none where its bytes are the tokens.
    func tokens(of text: String) -> [Substring] {
        switch self {
        case .characters: text.indices.map { text[$0...$0] }
        case .bytes: []
        case .words: Self.words(of: text.lowercased())
        }
    }

    /// The number of tokens of a text.
    func count(in text: String) -> Int {
        switch self {
        case .characters: text.count
        case .bytes: text.utf8.count
        case .words: tokens(of: text).count
        }
    }

    private static func words(of text: String) -> [Substring] {
        var words: [Substring] = []
        var position = text.startIndex
        while position < text.endIndex {
            let start = position
            while position < text.endIndex, text[position].isWordPart { text.formIndex(after: &position) }
            if position == start { text.formIndex(after: &position) }
            let word = text[start..<position]
            if !word.allSatisfy(\.isWhitespace) { words.append(word) }
        }
        return words
    }
}

extension Character {
    fileprivate var isWordPart: Bool { isLetter || isNumber || self == "_" || self == "'" || self == "’" }
}
