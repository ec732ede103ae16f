import FoveaGraph
import Testing

@Suite("Shapes")
struct ShapeTests {
    @Test("count their elements; a scalar has one, an empty axis makes none")
    func counts() throws {
        #expect(Shape([2, 3, 4]).elementCount == 24)
        #expect(Shape([]).elementCount == 1)
        #expect(Shape([5, 0, 7]).elementCount == 0)
        #expect(try Shape(validating: [1 << 20, 1 << 20]).elementCount == 1 << 40)
    }

    @Test(
        "sizes from outside that are negative or too many are refused, not multiplied",
        arguments: [
            [-1], [2, -3], [.min], [.max], [.max, .max], [1 << 20, 1 << 21], [1 << 32, 1 << 32], [0, .max],
            [0, 1 << 30, 1 << 30], [-1, 0], [.max, -1],
        ])
    func refused(dimensions: [Int]) {
        let error = #expect(throws: FoveaError.self) { try Shape(validating: dimensions) }
        #expect(error?.code == .badData)
        let text = dimensions.map(String.init).joined(separator: "×")
        let isNegative = dimensions.contains { $0 < 0 }
        #expect(
            error?.problem
                == "The shape \(text) has \(isNegative ? "a negative dimension" : "more than 2^40 elements").")
    }

    @Test("strides are the distances between neighbours")
    func strides() {
        #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
        #expect(Shape([]).strides == [])
    }

    @Test("print as a person writes them")
    func description() {
        #expect(Shape([16, 5, 5]).description == "16×5×5")
        #expect(Shape([]).description == "scalar")
    }
}
