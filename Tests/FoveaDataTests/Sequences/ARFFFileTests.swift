import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Files of series: .arff")
struct ARFFFileTests {
    private static let plainText = """
        % a comment\r
        @RELATION 'my waves'\r
        @attribute t1 numeric
        @attribute 't 2' REAL
        @attribute t3 integer
        @attribute target {up, 'go down'}
        @data
        % another
        1,2.5,-3e1,up

        4, ? ,6,'go down'
        7,8,?,"up"
        """
    private static let relationalText = """
        @relation m
        @attribute relationalAtt relational
        @attribute t1 numeric
        @attribute t2 numeric
        @attribute t3 numeric
        @end relationalAtt
        @attribute class {b,a}
        @data
        '1,2,3\\n4,5,6',a
        "7,?,?\\n8,9,?",b

        """

    @Test("with one channel have an attribute for each step, and the class last")
    func univariate() throws {
        for text in [Self.plainText, "\u{FEFF}" + Self.plainText] {
            let set = try loadSequences(text, as: "x.arff", options: SequenceOptions(missing: .zero))
            #expect(set.classNames == ["up", "go down"] && set.labels == [0, 1, 0] && set.channels == 1)
            #expect(Array(set.series(at: 0)) == [1, 2.5, -30] && set.lengths == [3, 3, 2])
            #expect(set.series(at: 1).map(\.isNaN) == [false, true, false])
        }
        #expect(
            sequenceProblem(Self.plainText, as: "x.arff")
                == "`x.arff`: line 11: Value 2 is missing. Choose how missing values are filled: `linear`, `zero` or `indicator`."
        )
    }

    @Test("with several channels have a relational attribute, channels divided by \\n")
    func multivariate() throws {
        let set = try loadSequences(Self.relationalText, as: "x.arff", options: SequenceOptions(missing: .zero))
        #expect(set.classNames == ["b", "a"] && set.labels == [1, 0] && set.channels == 2 && set.lengths == [3, 2])
        #expect(Array(set.series(at: 0)) == [1, 2, 3, 4, 5, 6])
        #expect(set.series(at: 1).map { $0.isNaN ? -1 : $0 } == [7, -1, 8, 9])
    }

    @Test("may have numbers as classes, and come in pairs")
    func numbers() throws {
        let text = "@relation n\n@attribute a numeric\n@attribute c numeric\n@data\n1,2.0\n3,-1\n"
        let splits = try loadSequences(["n_TRAIN.arff": Array(text.utf8), "n_TEST.arff": Array(text.utf8)], "")
        #expect(splits.training.classNames == ["-1", "2"] && splits.test?.knownLabels == [1, 0])
    }

    @Test(
        "say with file and line what is wrong",
        arguments: [
            ("@relation x\n", "`x.arff`: The file has no line `@data`."),
            ("@relation x\n1,2", "`x.arff`: line 2: A line before `@data` is no `@attribute`: `1,2`."),
            (
                "@attribute a string\n@data",
                "`x.arff`: line 1: An attribute is `string`, not numeric, relational or {classes}."
            ),
            ("@attribute a {x,x}\n@data", "`x.arff`: line 1: The classes `{x,x}` are no list of different names."),
            ("@attribute a {x}\n@data", "`x.arff`: line 2: The header has 1 attributes."),
            (
                "@attribute a {x}\n@attribute b {x}\n@data",
                "`x.arff`: line 3: Attributes before the last are not all numeric"
            ),
            (
                "@attribute a numeric\n@attribute c {x,y}\n@data\n1,x\n1,2,x",
                "`x.arff`: line 5: The line has 3 values, the header has 2 attributes."
            ),
            (
                "@attribute a numeric\n@attribute c {x,y}\n@data\n1,z",
                "`x.arff`: line 4: The label `z` is none that the header lists: `x`, `y`."
            ),
            (
                "@attribute a numeric\n@attribute c {x,y}\n@data\nb,x",
                "`x.arff`: line 4: Value 1 is `b`, which is no number that fits 32 bits."
            ),
            ("@attribute a numeric\n@attribute c {x,y}\n@data\n?,x", "`x.arff`: line 4: The series is empty."),
            (
                "@attribute a numeric\n@attribute c {x,y}\n@data\n{0 1}",
                "`x.arff`: line 4: The series is written sparsely"
            ),
            ("@attribute a numeric\n@attribute c {x,y}\n@data\n'1,x", "`x.arff`: line 4: A quote is not closed."),
            (
                "@attribute a numeric\n@attribute c numeric\n@data\n1,x",
                "`x.arff`: line 4: The class `x` is no number, as the header has it."
            ),
            (
                ARFFFileTests.relationalText + "'1,2,3\\n4,5',a",
                "`x.arff`: line 11: Channel 2 has 2 values, the header has 3 steps."
            ),
            (
                ARFFFileTests.relationalText + "'1,2,3',a",
                "`x.arff`: line 11: The series has 1 channel, those before it have 2."
            ),
        ])
    func wrong(text: String, problem: String) {
        let found = sequenceProblem(text, as: "x.arff", options: SequenceOptions(missing: .zero))
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test("may end anywhere")
    func cuts() {
        for text in [Self.plainText, Self.relationalText] {
            #expect(
                survivesCuts(Array(text.utf8)) {
                    var file = ARFFFile($0)
                    try file.read(into: &$1)
                })
        }
    }
}
