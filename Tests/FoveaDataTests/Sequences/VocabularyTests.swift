import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Vocabularies")
struct VocabularyTests {
    private func learned(_ kind: TokenKind, _ texts: String...) throws -> SequencePreparation {
        try SequencePreparation(fittedTo: try TextSet(name: "t", texts: texts, tokens: kind))
    }

    private func numbers(_ text: String, _ preparation: SequencePreparation, _ kind: TokenKind) throws -> [Int32] {
        let batch = try TextSet(name: "t", texts: [text], tokens: kind).batch([0], transforms: [preparation])
        #expect(try batch.value(named: "lengths").elements(as: Int32.self) == [Int32(kind.count(in: text))])
        return try #require(try batch.value(named: "sequences").elements(as: Int32.self))
    }

    @Test("characters are learned most frequent first, then by bytes; 0 is padding, 1 unknown")
    func characters() throws {
        let preparation = try learned(.characters, "bca", "cab b", "c")
        let vocabulary = try #require(preparation.vocabulary)
        #expect(vocabulary.tokens == ["b", "c", "a", " "] && vocabulary.count == 6 && preparation.length == 5)
        #expect(try numbers("abx", preparation, .characters) == [4, 2, 1, 0, 0])
        #expect(preparation.inputType == TensorType([5], .int32))
    }

    @Test("a letter with its accents is one character, however it is spelled")
    func accents() throws {
        let preparation = try learned(.characters, "\u{E9}a", "e\u{301}")
        #expect(preparation.vocabulary?.tokens == ["\u{E9}", "a"] && preparation.length == 2)
        #expect(try numbers("e\u{301}", preparation, .characters) == [2, 0])
        #expect(try numbers("e", preparation, .characters) == [1, 0])
    }

    @Test("bytes are all known")
    func bytes() throws {
        let preparation = try learned(.bytes, "aé")
        #expect(preparation.vocabulary?.count == 258 && preparation.vocabulary?.tokens == [])
        #expect(try numbers("ÿ", preparation, .bytes) == [0xc3 + 2, 0xbf + 2, 0])
    }

    @Test("words are in lower case, marks stand alone, white space is left out")
    func words() throws {
        let preparation = try learned(.words, "The cat, the  CAT's hat!", "x_1 the.")
        #expect(
            preparation.vocabulary?.tokens == ["the", "!", ",", ".", "cat", "cat's", "hat", "x_1"]
                && preparation.length == 7)
        #expect(try numbers("A hat , THE", preparation, .words) == [1, 8, 4, 2, 0, 0, 0])
    }

    @Test("are refused where they make no sense")
    func wrong() throws {
        #expect(throws: FoveaError.self) { try Vocabulary(.characters, tokens: ["a", "a"]) }
        #expect(throws: FoveaError.self) { try Vocabulary(.words, tokens: [""]) }
        #expect(throws: FoveaError.self) { try Vocabulary(.bytes, tokens: ["a"]) }
        #expect(throws: FoveaError.self) { try TextSet(name: "t", texts: ["\u{A0}"], tokens: .words) }
        #expect(throws: FoveaError.self) { try TextSet(name: "t", texts: [], tokens: .words) }
        #expect(throws: FoveaError.self) { try TextSet(name: "t", labels: [0], texts: ["a"], tokens: .words) }
    }

    private func problem(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("texts that do not fit a model are named")
    func misfits() throws {
        let preparation = try learned(.characters, "abc")
        let long = try TextSet(name: "t", texts: ["abcd"], tokens: .characters)
        #expect(
            problem { try long.batch([0], transforms: [preparation]) }.contains(
                "The sequence has 4 steps, the model takes at most 3."))
        let series = try SequenceSet(name: "s", lengths: [2], steps: .series([1, 2], channels: 1))
        #expect(
            problem { try series.batch([0], transforms: [preparation]) }.contains(
                "It is no text, and the model was made for texts. Use texts"))
        let numbers = try SequencePreparation(fittedTo: series)
        #expect(
            problem { try long.batch([0], transforms: [numbers]) }.contains(
                "It is a text, the model was made for series of numbers."))
        #expect(
            problem { try SequencePreparation(fittedTo: long, scaling: .channel) }.contains("Texts are neither scaled"))
    }
}
