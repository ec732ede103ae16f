import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Texts")
struct TextDataTests {
    private func texts(
        _ files: [String: String], _ name: String = "", tokens: TokenKind = .characters
    ) throws -> (set: TextSet, splits: DataSplits) {
        let splits = try loadSequences(
            files.mapValues { Array($0.utf8) }, name, options: SequenceOptions(tokens: tokens))
        return (try #require(splits.training as? TextSet), splits)
    }

    @Test("a folder has a file for each class; empty lines and repeats within a class are left out, and counted")
    func folder() throws {
        let files = ["b.txt": "\u{FEFF}Åse\r\n\n  Bo \r\nBo", "a.txt": "Bo\nCy", "LICENSE": "free", ".x.txt": "hidden"]
        let (set, splits) = try texts(files)
        #expect(set.classNames == ["a", "b"] && set.labels == [0, 0, 1, 1])
        #expect(set.texts == ["Bo", "Cy", "Åse", "Bo"] && set.knownLengths == [2, 2, 3, 2])
        #expect(set.groups == [0, 1, 2, 0] && set.tokenKind == .characters)
        let notes = splits.notes.map(\.description)
        #expect(notes.count == 2 && notes[0].contains("Left out: 1 line without text"), "\(notes)")
        #expect(notes[1].contains("Left out: 1 line with a text that its class has already"), "\(notes)")
        #expect(splits.test == nil && splits.validation == nil)
    }

    @Test("a folder may have folders for its parts")
    func parts() throws {
        try withTemporaryFolder { folder in
            for (part, text) in [("train", "x\ny"), ("test", "x\nz")] {
                _ = try createFolder(at: "\(folder)/\(part)")
                for name in ["a", "b"] {
                    try replaceFile(at: "\(folder)/\(part)/\(name).txt", with: Array((text + name).utf8))
                }
            }
            let splits = try SequenceData.load(folder)
            #expect(splits.training.knownLabels == [0, 0, 1, 1] && splits.test?.count == 4 && splits.validation == nil)
            #expect((splits.test as? TextSet)?.texts == ["x", "za", "x", "zb"])
        }
    }

    @Test("a file has a text on each line, and after the last tab its label")
    func lines() throws {
        for name in ["x.txt", "x.tsv"] {
            let (set, _) = try texts([name: "\u{FEFF}good day\tyes\r\nbad\tnight \t no\r\n\r\n1 2\tyes"], name)
            #expect(set.texts == ["good day", "bad\tnight", "1 2"] && set.classNames == ["no", "yes"])
            #expect(set.labels == [1, 0, 1])
        }
        #expect(try texts(["x.tsv": "Text\tLabel\na b\tu"], "x.tsv").set.texts == ["a b"])
    }

    @Test(
        "say with file and line what is wrong",
        arguments: [
            (
                "x.txt", [0x61, 0x09, 0x62, 0x0a, 0xff, 0x09, 0x62],
                "`x.txt`: line 2: The text is not UTF-8. Save the file as UTF-8."
            ),
            ("x.txt", Array("a\tb\nc".utf8), "`x.txt`: line 2: The text has no label, unlike that of the first line."),
            ("x.txt", Array("a\tb\nc\t ".utf8), "`x.txt`: line 2: The text has no label"),
            (
                "x.txt", Array("hello\na\tb".utf8),
                "`x.txt`: The texts have no labels: there is no tab on the first line, and it is no series of numbers either."
            ),
            ("x.txt", [], "`x.txt`: There is no text. Write one text on each line."),
            ("x.tsv", Array(" \n\r\n".utf8), "`x.tsv`: There is no text."),
        ] as [(String, [UInt8], String)])
    func wrong(name: String, bytes: [UInt8], problem: String) {
        let found = sequenceProblem([name: bytes], name)
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test("a folder names the file and line that is not UTF-8, and a label that training lacks")
    func wrongFolder() throws {
        let found = sequenceProblem(["a.txt": Array("x\ny".utf8), "b.txt": [0x61, 0x0a, 0xc3, 0x28]], "")
        #expect(found.hasPrefix("`b.txt`: line 2: The text is not UTF-8."), "\(found)")
        let classes = SequenceOptions(classes: ClassesFile(names: ["a", "c"], source: "the model"))
        let stray = sequenceProblem(
            ["a.txt": Array("x\ny".utf8), "b.txt": Array("z".utf8)], "", options: classes)
        #expect(stray.hasPrefix("`b.txt`: line 1: The label `b` is none of the 2 classes"), "\(stray)")
    }

    @Test("folders of numbers, of one file, or of other files are no texts")
    func others() throws {
        try withTemporaryFolder { folder in
            try replaceFile(at: "\(folder)/a.txt", with: Array("1 2 3\n".utf8))
            #expect(!SequenceData.recognizes(folder))
            try replaceFile(at: "\(folder)/b.txt", with: Array("2 2 3\n".utf8))
            #expect(!SequenceData.recognizes(folder))
            try replaceFile(at: "\(folder)/c.txt", with: Array("one two\n".utf8))
            #expect(SequenceData.recognizes(folder))
        }
    }

    @Test("parts never share a text, and take the same fraction of every class")
    func division() throws {
        // Every third text is in both classes.
        let lines = (0..<300).map { "text \($0)" }
        let both = lines.filter { $0.hasSuffix("3") || $0.hasSuffix("7") }
        let (set, _) = try texts([
            "a.txt": lines.joined(separator: "\n"),
            "b.txt": (both + (0..<240).map { "other \($0)" }).joined(separator: "\n"),
        ])
        for seed in 0..<3 as Range<UInt64> {
            let parts = try set.parts(validation: 0.1, test: 0.2, seed: seed)
            var partsOfText: [String: Set<DataPart>] = [:]
            for (text, part) in zip(set.texts, parts) { partsOfText[text, default: []].insert(try #require(part)) }
            #expect(partsOfText.values.allSatisfy { $0.count == 1 })
            let counts = DataPart.allCases.map { part in parts.count { $0 == part } }
            #expect(abs(counts[1] - 60) <= 12 && abs(counts[2] - 120) <= 18, "\(counts)")
            let halves = try set.split(validationFraction: 0.1, seed: seed)
            #expect(halves.validation.count == counts[1])
            let own = Set(
                try (0..<halves.validation.count).map { try halves.validation.example(at: $0).values["text"] })
            let rest = Set(try (0..<halves.training.count).map { try halves.training.example(at: $0).values["text"] })
            #expect(own.isDisjoint(with: rest))
        }
    }

    @Test(
        "names by language have 18,012 pairs of 17,450 names", .enabled(if: SharedData.url("timeseries/names") != nil))
    func names() throws {
        let folder = try #require(SharedData.url("timeseries/names")).path
        let splits = try SequenceData.load(folder)
        let set = try #require(splits.training as? TextSet)
        #expect(set.count == 18_012 && set.classNames.count == 18 && Set(set.texts).count == 17_450)
        #expect(set.longestSequence == 20)
        #expect(splits.notes.contains { $0.description.contains("2038 lines with a text") }, "\(splits.notes)")
        let parts = try set.parts(validation: 0.1, test: 0.1, seed: 0)
        #expect(abs(parts.count { $0 == .test } - 1801) < 40 && abs(parts.count { $0 == .validation } - 1801) < 40)
    }
}
