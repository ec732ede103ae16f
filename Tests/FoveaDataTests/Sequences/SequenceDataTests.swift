import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Sequence data")
struct SequenceDataTests {
    private let ts = Array("@classLabel true b a\n@data\n1,2:a\n3:b\n".utf8)

    @Test("a pair of files is a training and a test part, from the folder or the training file")
    func pairs() throws {
        let files = ["x_TRAIN.ts": ts, "x_TEST.ts": Array("@data\n5:a\n".utf8), "README": [0x41]]
        for name in ["", "x_TRAIN.ts"] {
            let splits = try loadSequences(files, name)
            #expect(splits.training.name == "x" && splits.training.knownLabels == [1, 0])
            #expect(splits.test?.knownLabels == [1] && splits.test?.classNames == ["b", "a"])
        }
        let alone = try loadSequences(files, "x_TEST.ts")
        #expect(alone.training.count == 1 && alone.test == nil)
        #expect(
            sequenceProblem(files.merging(["y_TRAIN.ts": ts]) { $1 }, "").contains(
                "holds several training files: `x_TRAIN.ts`, `y_TRAIN.ts`. Give the one"))
    }

    @Test("a test part has the channels and classes of the training part")
    func mismatches() throws {
        func problem(_ test: String) -> String {
            sequenceProblem(["x_TRAIN.ts": ts, "x_TEST.ts": Array(test.utf8)], "")
        }
        #expect(
            problem("@data\n5:a\n\n5:c")
                == "`x_TEST.ts`: line 4: The label `c` is none of the 2 classes of the training data: `b`, `a`. "
                + "Use data of the same classes. Did you mean `b`?")
        #expect(problem("@data\n5:6:a").hasPrefix("`x_TEST.ts` has series of 2 channels, `x_TRAIN.ts` of 1."))
        #expect(
            problem("@classLabel false\n@data\n5").hasPrefix("Only one of `x_TRAIN.ts` and `x_TEST.ts` has labels."))
        // A class that the training header lists and no series has.
        let lacking = Array("@classLabel true a b c\n@data\n1:a\n1:b".utf8)
        let test = Array("@classLabel true a b c\n@data\n1:c".utf8)
        #expect(
            sequenceProblem(["x_TRAIN.ts": lacking, "x_TEST.ts": test], "").hasPrefix(
                "`x_TEST.ts`: line 3: The label `c` is none"))
    }

    @Test("takes the classes of a model in their order")
    func classes() throws {
        let options = SequenceOptions(classes: ClassesFile(names: ["z", "a", "b"], source: "the model"))
        let set = try loadSequences(String(decoding: ts, as: UTF8.self), as: "x.ts", options: options)
        #expect(set.classNames == ["z", "a", "b"] && set.labels == [1, 2])
    }

    @Test("is recognized by name and content, and other data are not")
    func recognition() throws {
        let files: [(String, String, Bool)] = [
            ("a.ts", "", true), ("b.txt", "1 2 3", true), ("c.txt", "hello there", true),
            ("d.csv", "path,label\na,b", false),
            ("e.tsv", "1\t\(String(repeating: "0.123456 ", count: 10_000))", true), ("f.png", "1 2", false),
            ("g.txt", "", true), ("h.md", "hello there", false),
        ]
        try withTemporaryFolder { folder in
            for (name, text, isSequences) in files {
                try replaceFile(at: "\(folder)/\(name)", with: Array(text.utf8))
                #expect(SequenceData.recognizes("\(folder)/\(name)") == isSequences, "\(name)")
            }
            #expect(!SequenceData.recognizes("\(folder)/absent") && SequenceData.recognizes(folder))
        }
        #expect(sequenceProblem([:], "absent").hasPrefix("There is no data at `absent`. Give a .ts, .arff"))
        #expect(sequenceProblem("x", as: "x.md").hasPrefix("The kind of the sequences at `x.md` is not known."))
    }

    private func set(_ name: String) throws -> (training: SequenceSet, test: SequenceSet, splits: DataSplits) {
        let splits = try SequenceData.load(try #require(SharedData.url("timeseries/\(name)")).path)
        return (
            try #require(splits.training as? SequenceSet), try #require(splits.test as? SequenceSet), splits
        )
    }

    @Test("GunPoint has 50 and 150 series of 150 steps", .enabled(if: SharedData.url("timeseries/GunPoint") != nil))
    func gunPoint() throws {
        let (training, test, splits) = try set("GunPoint")
        #expect(training.count == 50 && test.count == 150 && splits.notes.isEmpty)
        #expect(Set(training.lengths + test.lengths) == [150] && training.classNames == ["1", "2"])
        #expect(training.series(at: 0).first == -0.64788540 && training.labels[0] == 1)
    }

    @Test(
        "ItalyPowerDemand has 67 and 1029 series of 24 steps",
        .enabled(if: SharedData.url("timeseries/ItalyPowerDemand") != nil))
    func italyPowerDemand() throws {
        let (training, test, splits) = try set("ItalyPowerDemand")
        #expect(training.count == 67 && test.count == 1029 && splits.notes.isEmpty)
        #expect(Set(training.lengths + test.lengths) == [24] && training.classNames == ["1", "2"])
    }

    @Test(
        "JapaneseVowels has 270 and 370 series of 12 channels and 7 to 29 steps",
        .enabled(if: SharedData.url("timeseries/JapaneseVowels") != nil))
    func japaneseVowels() throws {
        let (training, test, splits) = try set("JapaneseVowels")
        #expect(training.count == 270 && test.count == 370 && splits.notes.isEmpty && training.channels == 12)
        #expect(training.lengths.min() == 7 && training.longest == 26 && test.lengths.min() == 7 && test.longest == 29)
        #expect((0..<9).allSatisfy { label in training.labels.count { $0 == label } == 30 })
        let preparation = try SequencePreparation(fittedTo: training, length: 29, scaling: .channel)
        let batch = try test.batch(0..<64, transforms: [preparation])
        #expect(try batch.value(named: "sequences").shape == [64, 12, 29])
    }
}
