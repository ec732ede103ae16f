/// The mask of dropout: each element is 0 with probability `rate` and 1/(1 − rate) otherwise, so that x · mask has the
/// expectation x.
///
/// Operand: a key [2], int32, that changes from step to step. Result: the mask, of `shape` and `dataType`.
///
/// Every backend draws the same bits. Let G be the ``CounterBasedGenerator`` whose key is the operand's two words, read
/// as unsigned bit for bit, and S = G.derived(stream). Element i (row by row, from 0) depends on the word w =
/// S.word(at: i): it is kept if w ≥ ⌊rate · 2³²⌋ and dropped otherwise.
///
/// Source: Srivastava et al., "Dropout", JMLR 2014.
public struct RandomMask: Operation {
    public static let name = "RandomMask"
    public let rate: Double
    public let shape: Shape
    public let dataType: DataType
    /// Distinguishes the masks that are drawn from one key: one number per dropout layer.
    public let stream: Int

    /// - Throws: ``FoveaError`` when the rate is not in 0..<1, the stream is negative or the type is not floating-point.
    public init(rate: Double, shape: Shape, dataType: DataType = .float32, stream: Int) throws {
        guard rate >= 0, rate < 1 else {
            throw FoveaError(
                .usage, "The rate of dropout is \(rate).", remedy: "Use a number from 0 up to, but not including, 1.")
        }
        guard stream >= 0 else {
            throw FoveaError(
                .usage, "The stream of a random mask is \(stream).", remedy: "Number the streams from 0.")
        }
        guard dataType.isFloatingPoint else {
            throw FoveaError(
                .usage, "The elements of a random mask are of type \(dataType).", remedy: "Use a floating-point type.")
        }
        self.rate = rate
        self.shape = shape
        self.dataType = dataType
        self.stream = stream
    }

    /// Words below this are dropped: ⌊rate · 2³²⌋, which is below 2³² for every rate below 1.
    public var threshold: UInt32 { UInt32(rate * 0x1p32) }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        guard operands[0] == TensorType([2], .int32) else {
            throw FoveaError(
                .usage, "The key of a random mask has the type \(operands[0]).", remedy: "Give it two words, i32[2].")
        }
        return [TensorType(shape, dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [nil] }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let words = operands[0].elements.map { UInt32(bitPattern: Int32($0)) }
        let generator = CounterBasedGenerator(key: SIMD2(words[0], words[1])).derived(UInt64(stream))
        let kept = 1 / (1 - rate)
        return [
            ReferenceTensor(
                shape, (0..<shape.elementCount).map { generator.word(at: $0) >= threshold ? kept : 0 })
        ]
    }
}
