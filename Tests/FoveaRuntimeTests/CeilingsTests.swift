import FoveaRuntime
import Testing

@Suite("A machine's ceilings")
struct CeilingsTests {
    private let ceilings = Ceilings(
        operationsPerSecond: 100,
        bandwidths: [
            .init(byteCount: 1000, bytesPerSecond: 5), .init(byteCount: 10, bytesPerSecond: 40),
            .init(byteCount: 100, bytesPerSecond: 20),
        ], synchronization: 0.5)

    private func step(_ operation: String = "Convolution", multiplyAdds: Int = 0, byteCount: Int) -> ExecutableStep {
        ExecutableStep(
            path: "", operation: operation, device: "cpu", implementation: "", multiplyAdds: multiplyAdds,
            byteCount: byteCount)
    }

    @Test("What fits a cache moves at that cache's bandwidth, and the largest room is memory")
    func bandwidths() {
        #expect(ceilings.bytesPerSecond(of: 0) == 40)
        #expect(ceilings.bytesPerSecond(of: 10) == 40)
        #expect(ceilings.bytesPerSecond(of: 11) == 20)
        #expect(ceilings.bytesPerSecond(of: 101) == 5)
        #expect(ceilings.bytesPerSecond(of: 1_000_000) == 5)
        #expect(ceilings.bytesPerSecond == 5)
    }

    @Test("A cache is at least as fast as what is behind it, also where its measurement was disturbed")
    func disturbed() {
        let measured = Ceilings(
            operationsPerSecond: 1,
            bandwidths: [.init(byteCount: 10, bytesPerSecond: 7), .init(byteCount: 100, bytesPerSecond: 9)],
            synchronization: 0)
        #expect(measured.bandwidths.map(\.bytesPerSecond) == [9, 9])
        #expect(measured.bandwidths.map(\.byteCount) == [10, 100])
    }

    @Test("The roofline is the longer of arithmetic and bytes")
    func roofline() {
        #expect(ceilings.leastSeconds(of: step(multiplyAdds: 100, byteCount: 20)) == 2)
        #expect(ceilings.leastSeconds(of: step(multiplyAdds: 100, byteCount: 200)) == 40)
        #expect(ceilings.leastSeconds(of: step(byteCount: 0)) == 0)
    }

    @Test("Efficiency is the time at the roofline over the real one, of a step, an operation and a program")
    func efficiency() throws {
        let explanation = Explanation(
            [
                (step(multiplyAdds: 100, byteCount: 20), 4), (step("Reorder", byteCount: 40), 8),
                (step(multiplyAdds: 50, byteCount: 10), 1),
            ], ceilings: ceilings)
        #expect(explanation.lines.map(\.efficiency) == [0.5, 0.25, 1])
        #expect(explanation.leastSeconds == 5)
        #expect(explanation.efficiency == 5.0 / 13)
        let totals = explanation.totals
        #expect(totals.map(\.operation) == ["Reorder", "Convolution"], "the most lost time first")
        #expect(totals.map(\.steps) == [1, 2])
        #expect(totals.map(\.lostSeconds) == [6, 2])
        #expect(totals[1].efficiency == 0.6)
        #expect(explanation.text.contains("0.38"), "5 / 13, of the whole program: \(explanation.text)")
        let unknown = Explanation([(step(byteCount: 10), 1)], ceilings: nil)
        #expect(unknown.efficiency == nil && unknown.totals[0].efficiency == nil)
        #expect(unknown.text.contains("–"), "no efficiency without ceilings: \(unknown.text)")
    }
}
