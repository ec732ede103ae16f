import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Files of series: .ts")
struct TSFileTests {
    private let header = "@problemName x\n@classLabel true a B\n@data\n"

    @Test("have a header in any case and order, comments, empty lines, a byte order mark, CRLF and a comma at the end")
    func plain() throws {
        let text = """
            \u{FEFF}# a comment\r
            @CLASSLABEL true a B\r
            \r
            @problemname x\r
            @Dimensions 2\r
            @data\r
            1,2.5,-3e1,:4,5,6:B\r
            # another\r

            7 , 8:  9,+.5 : a
            """
        let set = try loadSequences(text, as: "x.ts")
        #expect(set.count == 2 && set.channels == 2 && set.lengths == [3, 2] && set.longest == 3)
        #expect(Array(set.series(at: 0)) == [1, 2.5, -30, 4, 5, 6] && Array(set.series(at: 1)) == [7, 8, 9, 0.5])
        #expect(set.classNames == ["a", "B"] && set.labels == [1, 0] && set.name == "x")
        let example = set.example(at: 1)
        #expect(example.label == 0 && example.values["sequences"]?.type == .float32([2, 2]))
        #expect(example.values["lengths"]?.elements(as: Int32.self) == [2])
    }

    @Test(
        "match labels with the header's by text, number or letters of another case, and keep the header's order and case"
    )
    func labels() throws {
        let text = "@classLabel true 10 2 Cat\n@data\n1:2.0\n1:10\n1:cat\n1:2"
        let set = try loadSequences(text, as: "x.ts")
        #expect(set.classNames == ["10", "2", "Cat"] && set.labels == [1, 0, 2, 1])
        let bare = try loadSequences("@data\n1:b\n1:10\n1:9\n1:B", as: "x.ts")
        #expect(bare.classNames == ["9", "10", "B", "b"] && bare.labels == [3, 1, 0, 2])
        let unlabelled = try loadSequences("@classLabel false\n@data\n1,2:3,4\n", as: "x.ts")
        #expect(unlabelled.knownLabels == nil && unlabelled.classNames == [] && unlabelled.channels == 2)
        #expect(unlabelled.example(at: 0).label == nil)
    }

    @Test("have missing values as ? or NaN, and values with time stamps, which may hold colons")
    func missing() throws {
        let options = SequenceOptions(missing: .linear)
        let set = try loadSequences(header + "1,?,NaN,nan:a", as: "x.ts", options: options)
        #expect(set.series(at: 0).map(\.isNaN) == [false, true, true, true])
        let timed = try loadSequences(
            "@timestamps true\n\(header)(2014-07-28 10:00:00,3),(2014-07-28 11:00:00,4.5):(0,1) , (1,2),:B", as: "x.ts")
        #expect(Array(timed.series(at: 0)) == [3, 4.5, 1, 2] && timed.channels == 2 && timed.labels == [0])
    }

    @Test(
        "say with file and line what is wrong with their data",
        arguments: [
            ("1,2:a\n1,x:a", "`x.ts`: line 5: Value 2 is `x`, which is no number that fits 32 bits."),
            (
                "1,,2:a",
                "`x.ts`: line 4: Value 2 is empty. Write decimal numbers, and ? or NaN where a value is missing."
            ),
            ("1,2:1,y:a", "`x.ts`: line 4: Value 2 of channel 2 is `y`"),
            ("1e40:a", "`x.ts`: line 4: Value 1 is `1e40`, which is no number that fits 32 bits."),
            ("inf:a", "`x.ts`: line 4: Value 1 is `inf`"),
            ("1,2,3:4,5:a", "`x.ts`: line 4: Channel 2 has 2 values, channel 1 has 3. Give all channels"),
            ("1,2:a\n1,2:3,4:a", "`x.ts`: line 5: The series has 2 channels, those before it have 1."),
            (":a", "`x.ts`: line 4: The series is empty. Leave out series without values."),
            ("1,2", "`x.ts`: line 4: The series has no label. End each line with a colon and the label"),
            ("1,2:", "`x.ts`: line 4: The series has no label."),
            ("1,2:c", "`x.ts`: line 4: The label `c` is none that `@classLabel` lists: `a`, `B`. Add it"),
            ("(1,2:a", "`x.ts`: line 4: A parenthesis is not closed."),
            ("(0,1),2:a", "`x.ts`: line 4: Value 2 has no time stamp, unlike those before it."),
            (
                "1,?,3:a\n?:a",
                "`x.ts`: line 4: Value 2 is missing; 2 of 2 series have missing values. Choose how missing"
            ),
            ("", "`x.ts`: The file has no series. Copy or download it again."),
        ])
    func wrongData(text: String, problem: String) {
        let found = sequenceProblem(header + text, as: "x.ts")
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test(
        "say with file and line what is wrong with their header",
        arguments: [
            ("@data", "`x.ts`: The file has no series."),
            ("@problemName x", "`x.ts`: The file has no line `@data`. Put `@data`"),
            ("", "`x.ts`: The file has no line `@data`."),
            ("@dimensions two\n@data\n1:a", "`x.ts`: line 1: `@dimensions` is `two`. Write a number of at least 1"),
            ("@missing perhaps\n@data\n1:a", "`x.ts`: line 1: `@missing` is `perhaps`. Write `true` or `false`"),
            ("@equalLength\n@data\n1:a", "`x.ts`: line 1: `@equallength` is empty."),
            ("@classLabel true a b a\n@data\n1:a", "`x.ts`: line 1: `@classLabel` lists the class `a` twice."),
            ("1,2:a\n@data", "`x.ts`: line 1: A line before `@data` begins with neither `@` nor `#`: `1,2:a`."),
            (
                "# c\n@targetLabel true\n@data\n1:2.5",
                "`x.ts`: line 2: `@targetLabel true`: the series have numbers as targets, not classes. Use a set for classification"
            ),
        ])
    func wrongHeader(text: String, problem: String) {
        let found = sequenceProblem(text, as: "x.ts")
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test(
        "whose header contradicts the data are read as the data are, and the contradictions are named with their lines")
    func contradictions() throws {
        let text = """
            @dimensions 3
            @univariate true
            @equalLength true
            @seriesLength 4
            @missing false
            @timeStamps true
            @classLabel true a b c
            @data
            1,2:3,?:a
            1:2:b
            """
        let splits = try loadSequences(["x.ts": Array(text.utf8)], "x.ts", options: SequenceOptions(missing: .zero))
        #expect(splits.training.classNames == ["a", "b"])
        let notes = splits.notes.map { $0.problem.split(separator: "`: ").dropFirst().joined(separator: "`: ") }
        #expect(
            notes == [
                "line 1: The header says `@dimensions 3`, but the series have 2 channels.",
                "line 2: The header says `@univariate true`, but the series have 2 channels.",
                "line 3: The header says `@equalLength true`, but the series have 1 to 2 steps.",
                "line 6: The header says `@timeStamps true`, but the values have no time stamps.",
                "line 5: The header says `@missing false`, but values are missing.",
                "line 4: The header says `@seriesLength 4`, but the series have 1 to 2 steps.",
                "The header lists the class `c`, which no series has.",
            ])
        #expect(splits.notes.allSatisfy { $0.problem.contains("x.ts`") })
        let sound =
            "@dimensions 1\n@univariate true\n@equalLength true\n@seriesLength 2\n@missing false\n@timeStamps false\n"
        #expect(try loadSequences(["x.ts": Array((sound + header + "1,2:a\n1,2:B").utf8)], "x.ts").notes.isEmpty)
    }

    @Test("may end anywhere")
    func cuts() {
        let text =
            "\u{FEFF}#c\r\n@dimensions 2\r\n@classLabel true a bc\r\n@data\r\n1.5,?:-2e1,3,:a\n(0,1),(1,NaN):(0,2),(1,2):bc\r\n1:2:bc"
        #expect(
            survivesCuts(Array(text.utf8)) { bytes, table in
                var file = TSFile(bytes)
                try file.read(into: &table)
            })
    }
}
