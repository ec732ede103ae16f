import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Tasks for memories")
struct MemoryTaskTests {
    @Test("adding asks for the sum of the two marked numbers")
    func adding() throws {
        let splits = try SequenceData.load("adding:12")
        #expect(splits.training.count == 50_000)
        #expect(try splits.training.question == .numbers(1))
        let test = try #require(splits.test)
        #expect(test.count == 1000)
        var places = Set<Int>()
        for index in 0..<200 {
            let example = try test.example(at: index)
            let values = try #require(example.values[Batch.sequencesName]?.floats)
            let marked = (0..<12).filter { values[12 + $0] == 1 }
            #expect(marked.count == 2)
            #expect(values[12...].allSatisfy { $0 == 0 || $0 == 1 })
            #expect(values[..<12].allSatisfy { (0..<1).contains($0) })
            #expect(example.values[Batch.targetsName]?.floats == [values[marked[0]] + values[marked[1]]])
            places.formUnion(marked)
        }
        // Anywhere, first and last step included.
        #expect(places == Set(0..<12))
    }

    @Test("copy asks for the ten digits at the end, and for zeros before")
    func copying() throws {
        let splits = try SequenceData.load("copy:5")
        #expect(splits.training.count == 10_000)
        #expect(try splits.training.question == .stepClasses)
        #expect(splits.training.classNames.count == 10)
        let example = try splits.training.example(at: 7)
        let values = try #require(example.values[Batch.sequencesName]?.floats)
        let answers = try #require(example.values[Batch.targetsName]?.elements(as: Int32.self))
        #expect(values.count == 25)
        #expect(values[..<10].allSatisfy { (1...8).contains($0) })
        #expect(Array(values[10...]) == [Float](repeating: 0, count: 4) + [Float](repeating: 9, count: 11))
        #expect(answers == [Int32](repeating: 0, count: 15) + values[..<10].map { Int32($0) })
    }

    @Test("are the same each time, and their parts differ")
    func repeated() throws {
        let (one, other) = (try SequenceData.load("copy:5"), try SequenceData.load("copy:5"))
        #expect(try one.training.fingerprint() == other.training.fingerprint())
        #expect(try one.training.example(at: 0).values != one.test?.example(at: 0).values)
    }

    @Test("have a length", arguments: ["adding:", "copy:1", "adding:ten", "copy:10001", "copy:99999999999999999999"])
    func lengths(_ source: String) {
        let error = #expect(throws: FoveaError.self) { try SequenceData.load(source) }
        #expect(error?.description.contains("The length in `\(source)` is no number from 2 to 10,000.") == true)
    }

    @Test("targets fit their sequences")
    func misfits() {
        func error(_ targets: SequenceTargets, labels: [Int32] = []) -> String {
            let error = #expect(throws: FoveaError.self) {
                try SequenceSet(
                    name: "set", classNames: ["a", "b"], labels: labels, lengths: [2, 1],
                    steps: .series([1, 2, 3], channels: 1), targets: targets)
            }
            return error?.description ?? ""
        }
        #expect(error(.numbers([1], each: 1)).contains("has 1 targets and 0 labels; 2 targets are expected"))
        #expect(error(.stepClasses([0, 1])).contains("has 2 targets and 0 labels; 3 targets are expected"))
        #expect(error(.stepClasses([0, 1, 2])).contains("The class 2 of a step of `set` is none of its 2 classes."))
        #expect(error(.numbers([1, 2], each: 1), labels: [0, 1]).contains("2 labels"))
    }
}
