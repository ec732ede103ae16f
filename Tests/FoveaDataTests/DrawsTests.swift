import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Draws of parameters")
struct DrawsTests {
    private var stream = CounterBasedGenerator(seed: 11, purpose: "draws").stream

    @Test("integers reach every value below the bound, as often as each other")
    mutating func integers() {
        var counts = [Int](repeating: 0, count: 5)
        for _ in 0..<5000 { counts[stream.integer(below: 5)] += 1 }
        // Within 5 standard errors of 1000, √(5000 · 0.2 · 0.8) each.
        #expect(counts.allSatisfy { abs($0 - 1000) < 142 })
        #expect((0..<20).allSatisfy { _ in stream.integer(below: 1) == 0 })
    }

    @Test("numbers stay in their range, and logarithms are uniform where that is asked for")
    mutating func ranges() {
        let plain = (0..<4000).map { _ in stream.uniform(in: -2...6) }
        #expect(plain.allSatisfy { (-2...6).contains($0) })
        #expect(abs(plain.reduce(0, +) / 4000 - 2) < 5 * 8 / Double(12 * 4000).squareRoot())
        let ratios = (0..<4000).map { _ in stream.logUniform(in: 0.5...2) }
        #expect(ratios.allSatisfy { (0.4999...2.0001).contains($0) })
        // Half of them are below the geometric middle.
        #expect(abs(ratios.count { $0 < 1 } - 2000) < 5 * 32)
        #expect(stream.uniform(in: 3...3) == 3)
    }

    @Test("an event of probability p comes in a share p of draws, never for 0 and always for 1")
    mutating func events() {
        #expect(abs((0..<4000).count { _ in stream.isTrue(withProbability: 0.3) } - 1200) < 145)
        #expect((0..<100).allSatisfy { _ in !stream.isTrue(withProbability: 0) && stream.isTrue(withProbability: 1) })
        #expect(abs((0..<4000).reduce(0.0) { sum, _ in sum + stream.sign() }) < 317)
    }

    @Test(
        "Dirichlet weights add up to 1 with the right mean and spread, for tiny shapes too", arguments: [0.001, 0.5, 3])
    func dirichlet(alpha: Double) {
        var stream = stream
        let draws = (0..<4000).map { _ in stream.dirichlet(alpha, count: 3) }
        #expect(draws.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 && $0.allSatisfy { (0...1).contains($0) } })
        // The variance of a weight is (1/3) · (2/3) / (3α + 1).
        let variance = 2.0 / 9 / (3 * alpha + 1)
        for index in 0..<3 {
            let mean = draws.reduce(0) { $0 + $1[index] } / 4000
            #expect(abs(mean - 1.0 / 3) < 5 * (variance / 4000).squareRoot())
            let found = draws.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / 4000
            #expect(abs(found - variance) < 5 * 0.25 / Double(4000).squareRoot())
        }
    }
}
