import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Windows of one long series")
struct SlidingWindowTests {
    private func options(_ length: Int, _ stride: Int? = nil) throws -> SequenceOptions {
        var options = SequenceOptions()
        options.window = try SlidingWindow(length: length, stride: stride)
        return options
    }

    private func windows(_ text: String, _ length: Int, _ stride: Int? = nil) throws -> WindowSet {
        let splits = try loadSequences(["x.csv": Array(text.utf8)], "x.csv", options: options(length, stride))
        return try #require(splits.training as? WindowSet)
    }

    private let table = "time,x,label,y\r\n1,10,a,-1\r\n2,20,a,-2\r\n4,30,b,-3\r\n8,40,b,-4\r\n9,50,a,-5\r\n"

    @Test("have the channels of their steps, and the class of the last")
    func cutting() throws {
        for text in [table, "\u{FEFF}" + table.replacing(",", with: ";")] {
            let set = try windows(text, 2)
            #expect(set.count == 4 && set.channels == 2 && set.classNames == ["a", "b"] && set.labels == [0, 1, 1, 0])
            #expect(try set.example(at: 1).values["sequences"] == Tensor([2, 2], [20, 30, -2, -3]))
            #expect(set.knownLengths == [2, 2, 2, 2] && set.stretches == [0..<2, 1..<3, 2..<4, 3..<5])
            #expect(set.lines(of: 1) == 3...4)
        }
        let sparse = try windows(table, 2, 3)
        #expect(sparse.count == 2 && sparse.labels == [0, 0] && sparse.stretches == [0..<2, 3..<5])
        let bare = try windows("1,2\n3,4\n5,6\n", 3)
        #expect(bare.count == 1 && bare.labels.isEmpty)
        #expect(try bare.example(at: 0).values["sequences"] == Tensor([2, 3], [1, 3, 5, 2, 4, 6]))
    }

    @Test("are divided by time, and no step is in two parts")
    func division() throws {
        let rows = (0..<200).map { "\($0),\($0 % 3 == 0 ? "a" : "b")" }
        let set = try windows("x,label\n" + rows.joined(separator: "\n"), 10, 3)
        let parts = try set.parts(validation: 0.2, test: 0.1, seed: 0)
        let stretches = try #require(set.stretches)
        var stepsOf: [DataPart: Set<Int>] = [:]
        for (part, stretch) in zip(parts, stretches) {
            guard let part else { continue }
            stepsOf[part, default: []].formUnion(stretch)
        }
        let (training, validation, test) = (
            try #require(stepsOf[.training]), try #require(stepsOf[.validation]), try #require(stepsOf[.test])
        )
        let ends = (try #require(training.max()), try #require(validation.max()))
        #expect(ends.0 < validation.min() ?? 0 && ends.1 < test.min() ?? 0)
        #expect(training.count > 130 && validation.count > 25 && test.count > 10 && parts.contains(nil))
        // The training part is divided by time again.
        let halves = try set.subset(parts.indices(of: .training)).split(validationFraction: 0.25, seed: 1)
        let first = try #require((halves.training as? any SequenceSource)?.stretches)
        let second = try #require((halves.validation as? any SequenceSource)?.stretches)
        let end = try #require(first.map(\.upperBound).max())
        #expect(end <= second.map(\.lowerBound).min() ?? 0)
        #expect(throws: FoveaError.self) { try set.parts(validation: 0.01, test: 0, seed: 0) }
    }

    @Test("say with file and line what is wrong")
    func wrong() throws {
        func problem(_ text: String, _ length: Int = 2, as name: String = "x.csv") throws -> String {
            sequenceProblem([name: Array(text.utf8)], name, options: try options(length))
        }
        #expect(
            try problem(table, 6).hasPrefix("`x.csv`: A window has 6 steps, and the whole series has 5. Use a shorter"))
        #expect(
            try problem("time,x\n2,1\n10,1\n3,1").hasPrefix(
                "`x.csv`: line 4: The time `3` does not come after `10`. Sort the rows by time"))
        #expect(try problem("date,x\n2024-01-02,1\n2024-01-02,1").hasPrefix("`x.csv`: line 3: The time `2024-01-02`"))
        #expect(try problem("x,y\n1,2\n1,\n").hasPrefix("`x.csv`: line 3: The value of channel 2 is missing."))
        #expect(try problem("x,label\n1,a\n1,\n").hasPrefix("`x.csv`: line 3: The step has no label."))
        #expect(try problem("x,y\n1,2\n1,b\n").hasPrefix("`x.csv`: line 3: Value 2 is `b`"))
        #expect(try problem("x,y\n1,2\n1\n").hasPrefix("`x.csv`: line 3: The row has 1 fields, the first has 2."))
        #expect(try problem("time,label\n1,2\n").hasPrefix("`x.csv`: line 1: The header has no column for a channel."))
        #expect(try problem("").hasPrefix("`x.csv`: The file has no series."))
        #expect(try problem("1 2 3", as: "x.txt").contains("is no .csv, and windows are cut out of one."))
        for (length, stride) in [(0, 1), (1, 0), (-1, 1), (Int.max, 1), (1, Int.max)] {
            #expect(throws: FoveaError.self) { try SlidingWindow(length: length, stride: stride) }
        }
    }
}
