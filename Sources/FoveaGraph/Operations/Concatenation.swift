/// Joins tensors along an axis, in order.
///
/// Operands: one or more tensors that are equal in all other axes. Result: the axis has the sum of their sizes.
///
/// Source: ONNX `Concat`. Same numbers as `torch.cat`.
public struct Concatenation: Operation {
    public static let name = "Concatenation"
    public let axis: Int

    /// - Parameter axis: counts from the last if negative.
    public init(axis: Int) { self.axis = axis }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        guard let first = operands.first else {
            throw FoveaError(.usage, "Concatenation was given no operands.", remedy: "Give it one tensor or more.")
        }
        let axis = try countedFromFirst(axis, rank: first.shape.rank, of: Self.name)
        var dimensions = first.shape.dimensions
        for operand in operands.dropFirst() {
            guard operand.dataType == first.dataType, operand.shape.rank == first.shape.rank,
                (0..<first.shape.rank).allSatisfy({ $0 == axis || operand.shape[$0] == first.shape[$0] })
            else {
                throw FoveaError(
                    .usage, "\(Self.name) along axis \(axis) was given \(first) and \(operand).",
                    remedy: "Make them equal in type and in all other axes.")
            }
            dimensions[axis] += operand.shape[axis]
        }
        return [TensorType(try Shape(validating: dimensions), first.dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return operands.map { _ in nil } }
        let axis = try countedFromFirst(axis, rank: upstream.shape.rank, of: Self.name)
        var start = 0
        return try operands.map { operand in
            defer { start += operand.shape[axis] }
            return try Slice(axis: axis, start: start, end: start + operand.shape[axis]).applied(to: upstream)
        }
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var result = ReferenceTensor(resultTypes[0].shape)
        let strides = result.shape.strides
        let axis = axis < 0 ? axis + strides.count : axis
        var start = 0
        for operand in operands {
            for (element, offset) in zip(operand.elements, operand.shape.offsets(strides: strides)) {
                result.elements[start * strides[axis] + offset] = element
            }
            start += operand.shape[axis]
        }
        return [result]
    }
}
