import FoveaData
import FoveaGraph
import Synchronization
import Testing

@Suite("Summary of a source")
struct SourceSummaryTests {
    /// Counts which examples are read.
    private struct Counted: ExampleSource {
        final class Reads: Sendable {
            let indices = Mutex<[Int]>([])
        }

        let inner: GeneratedSource
        let reads = Reads()
        var name: String { inner.name }
        var count: Int { inner.count }
        var identity: String? { inner.identity }

        func example(at index: Int) throws -> Example {
            reads.indices.withLock { $0.append(index) }
            return try inner.example(at: index)
        }
    }

    @Test("statistics and fingerprint take one reading of each example")
    func onePass() throws {
        let source = Counted(inner: GeneratedSource(count: 100))
        let summary = try SourceSummary(of: source)
        #expect(source.reads.indices.withLock { $0 } == Array(0..<100))
        // The mean of 0 to 99 is 49.5, their variance (100² − 1) / 12.
        #expect(abs(summary.mean[0] - 49.5 / 255) < 1e-6)
        #expect(abs(summary.standardDeviation[0] - Float((9999.0 / 12).squareRoot() / 255)) < 1e-6)
        let dataset = try Dataset(
            name: "same", classNames: ["other", "third"], labels: (0..<100).map { $0 % 3 == 0 ? 1 : 0 },
            pixels: (0..<100).map { UInt8($0) }, channels: 1, height: 1, width: 1)
        #expect(try SourceSummary(of: dataset).fingerprint == summary.fingerprint)
    }

    @Test("with an identity and a sample, only the sample is read: one example from each interval")
    func sample() throws {
        let source = Counted(inner: GeneratedSource(count: 1_000_003, identity: "seed 5"))
        let summary = try SourceSummary(of: source, sample: .drawn(count: 100, seed: 1))
        #expect(summary.fingerprint == "seed 5")
        let read = source.reads.indices.withLock { $0 }
        #expect(read.count == 100)
        #expect(read.enumerated().allSatisfy { interval, index in abs(index - interval * 10_000 - 5_000) <= 5_100 })
        let again = try SourceSummary(of: source, sample: .drawn(count: 100, seed: 1))
        #expect(again.mean == summary.mean)
        #expect(try SourceSummary(of: source, sample: .drawn(count: 100, seed: 2)).mean != summary.mean)
    }

    @Test("a sample of all examples, or of more, is every example")
    func wholeSample() throws {
        let source = GeneratedSource(count: 10)
        let whole = try SourceSummary(of: source)
        for count in [10, 11] {
            #expect(try SourceSummary(of: source, sample: .drawn(count: count, seed: 1)).mean == whole.mean)
        }
    }

    @Test("examples that cannot be read, have no image or another size are named, and no examples are an error")
    func faults() throws {
        func problem(_ source: any ExampleSource) -> String? {
            #expect(throws: FoveaError.self) { try SourceSummary(of: source) }?.problem
        }
        let source = GeneratedSource(count: 9)
        #expect(problem(source.breaking(at: [4])) == "example 4 of `generated`: the disk is gone")
        #expect(
            problem(source.growing(at: [6]))
                == "example 6 of `generated`: The image is 1×2×1, those before it are 1×1×1.")
        #expect(problem(source.prefix(0)) == "`generated` has no examples.")
    }
}
