/// Keeps the range `start..<end` of an axis.
///
/// Source: ONNX `Slice` with step 1. Same numbers as `torch.narrow`.
public struct Slice: Operation {
    public static let name = "Slice"
    public let axis: Int
    public let start: Int
    public let end: Int

    /// - Parameter axis: counts from the last if negative.
    public init(axis: Int, start: Int, end: Int) {
        self.axis = axis
        self.start = start
        self.end = end
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        let shape = operands[0].shape
        let axis = try countedFromFirst(axis, rank: shape.rank, of: Self.name)
        guard 0 <= start, start <= end, end <= shape[axis] else {
            throw FoveaError(
                .usage, "The slice from \(start) to \(end) is not within axis \(axis) of \(shape).",
                remedy: "Use 0 ≤ start ≤ end ≤ \(shape[axis]).")
        }
        var dimensions = shape.dimensions
        dimensions[axis] = end - start
        return [TensorType(try Shape(validating: dimensions), operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        let shape = operands[0].shape
        let axis = try countedFromFirst(axis, rank: shape.rank, of: Self.name)
        // Elements outside the slice have no influence: zeros before and after the gradient of the kept ones.
        func zeros(_ length: Int) throws -> [Value] {
            guard length > 0 else { return [] }
            var dimensions = shape.dimensions
            dimensions[axis] = length
            let zero = try upstream.builder.constant(0, upstream.dataType)
            return [try Broadcast(to: Shape(dimensions)).applied(to: zero)]
        }
        let parts = try zeros(start) + [upstream] + zeros(shape[axis] - end)
        return parts.count == 1 ? parts : try Concatenation(axis: axis).results(on: parts)
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (shape, strides) = (resultTypes[0].shape, operands[0].shape.strides)
        let first = start * strides[axis < 0 ? axis + strides.count : axis]
        return [ReferenceTensor(shape, shape.offsets(strides: strides).map { operands[0].elements[first + $0] })]
    }
}
