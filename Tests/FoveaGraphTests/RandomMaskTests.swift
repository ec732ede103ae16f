import FoveaGraph
import Testing

@Suite("The mask of dropout")
struct RandomMaskTests {
    private func mask(_ rate: Double, key: [Int32] = [1, 2], stream: Int = 0, count: Int = 10_000) throws -> [Double] {
        let operation = try RandomMask(rate: rate, shape: [count], dataType: .float64, stream: stream)
        return try evaluate(operation, Tensor(integers: key))[0].doubles
    }

    @Test("drops the rate's share and scales the rest, so that the expectation is 1", arguments: [0.1, 0.5, 0.9])
    func share(rate: Double) throws {
        let mask = try mask(rate)
        #expect(mask.allSatisfy { $0 == 0 || $0 == 1 / (1 - rate) })
        let dropped = Double(mask.count { $0 == 0 }) / Double(mask.count)
        // Five standard deviations.
        #expect(abs(dropped - rate) < 5 * (rate * (1 - rate) / Double(mask.count)).squareRoot())
    }

    @Test("at rate 0 keeps everything")
    func nothingDropped() throws {
        #expect(try mask(0).allSatisfy { $0 == 1 })
    }

    @Test("is the same for the same key and stream, and another for another")
    func determinism() throws {
        let first = try mask(0.5)
        #expect(try mask(0.5) == first)
        #expect(try mask(0.5, key: [1, 3]) != first)
        #expect(try mask(0.5, key: [-1, 2]) != first)
        #expect(try mask(0.5, stream: 1) != first)
    }

    @Test("draws its bits word for word as documented")
    func bits() throws {
        let generator = CounterBasedGenerator(key: SIMD2(.max, 7)).derived(3)
        let expected: [Double] = (0..<100).map { generator.word(at: $0) < 1 << 30 ? 0 : 4.0 / 3 }
        #expect(try mask(0.25, key: [-1, 7], stream: 3, count: 100) == expected)
    }

    @Test("refuses rates outside 0..<1", arguments: [-0.1, 1, 1.5, .nan, .infinity])
    func rates(rate: Double) {
        let error = #expect(throws: FoveaError.self) { try RandomMask(rate: rate, shape: [1], stream: 0) }
        #expect(error?.problem == "The rate of dropout is \(rate).")
    }

    @Test("refuses negative streams and integer elements")
    func otherAttributes() {
        let stream = #expect(throws: FoveaError.self) { try RandomMask(rate: 0.5, shape: [1], stream: -1) }
        #expect(stream?.problem == "The stream of a random mask is -1.")
        let type = #expect(throws: FoveaError.self) {
            try RandomMask(rate: 0.5, shape: [1], dataType: .int32, stream: 0)
        }
        #expect(type?.problem == "The elements of a random mask are of type int32.")
    }
}
