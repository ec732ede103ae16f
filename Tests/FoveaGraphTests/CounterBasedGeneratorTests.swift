import FoveaGraph
import Testing

@Suite("The counter-based generator")
struct CounterBasedGeneratorTests {
    // The rows "philox4x32 10" of the file kat_vectors that the authors of Philox publish with their library Random123.
    @Test(
        "gives the published known answers of Philox 4×32 with 10 rounds",
        arguments: [
            (
                SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
                SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
            ),
            (
                SIMD4<UInt32>(repeating: 0xffff_ffff), SIMD2<UInt32>(repeating: 0xffff_ffff),
                SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ])
    func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>) {
        #expect(CounterBasedGenerator(key: key).block(at: counter) == answer)
    }

    @Test("words are the blocks' words in order")
    func words() {
        let generator = CounterBasedGenerator(key: SIMD2(1, 2))
        let block = generator.block(at: SIMD4(3, 0, 0, 2))
        #expect((12..<16).map(generator.word) == [block[0], block[1], block[2], block[3]])
    }

    @Test("uniform numbers fill sixteen equal bins evenly")
    func uniformity() {
        let generator = CounterBasedGenerator(seed: 7, purpose: "test")
        let count = 160_000
        var bins = [Int](repeating: 0, count: 16)
        for index in 0..<count { bins[Int(generator.uniform(at: index) * 16)] += 1 }
        // Chi-squared with 15 degrees of freedom exceeds 44.3 once in 10,000 times; the seed is fixed.
        let expected = Double(count) / 16
        let chiSquared = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(chiSquared < 44.3)
    }

    @Test("normal numbers have mean 0, deviation 1 and no infinity")
    func normal() {
        var stream = CounterBasedGenerator(seed: 7, purpose: "test").stream
        let numbers = (0..<100_000).map { _ in stream.normal() }
        let mean = numbers.reduce(0, +) / 1e5
        let variance = numbers.reduce(0) { $0 + $1 * $1 } / 1e5
        #expect(abs(mean) < 0.015)
        #expect(abs(variance - 1) < 0.025)
        #expect(numbers.allSatisfy { $0.isFinite })
    }

    @Test("seeds, purposes and indices that differ give other numbers; the same give the same")
    func independence() {
        let generators = [
            CounterBasedGenerator(seed: 0, purpose: "shuffle"), CounterBasedGenerator(seed: 1, purpose: "shuffle"),
            CounterBasedGenerator(seed: 1 << 32, purpose: "shuffle"),
            CounterBasedGenerator(seed: 0, purpose: "dropout"),
            CounterBasedGenerator(seed: 0, purpose: ""), CounterBasedGenerator(seed: 0, purpose: "shuffle").derived(0),
            CounterBasedGenerator(seed: 0, purpose: "shuffle").derived(1),
            CounterBasedGenerator(seed: 0, purpose: "shuffle").derived(1 << 40),
        ]
        #expect(Set(generators.map(\.key)).count == generators.count)
        #expect(
            CounterBasedGenerator(seed: 3, purpose: "a").derived(5).word(at: 9)
                == CounterBasedGenerator(seed: 3, purpose: "a").derived(5).word(at: 9))
        // The numbers of earlier runs must not change: a resumed run draws them again.
        #expect(CounterBasedGenerator(seed: 0, purpose: "shuffle").word(at: 0) == 2_590_745_668)
    }
}
