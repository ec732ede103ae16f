/// The value of each channel at the last valid step: y[n, c] = x[n, c, length[n] − 1].
///
/// Operands: x [N, C, T]; lengths int32 [N]. Result: [N, C]. A length below 1 gives 0, one above T counts as T.
public struct SequenceLast: Operation {
    public static let name = "SequenceLast"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectSequences(operands, of: Self.name)
        return [TensorType(Shape([operands[0].shape[0], operands[0].shape[1]]), operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        let steps = operands[0].shape[2]
        return [try upstream[0].map { try SequenceLastGradient(steps: steps).applied(to: $0, operands[1]) }, nil]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let rows = sequenceRows(of: operands[0].shape, operands[1])
        return [
            ReferenceTensor(
                resultTypes[0].shape, rows.map { $0.end > $0.start ? operands[0].elements[$0.end - 1] : 0 })
        ]
    }
}

/// The gradient of ``SequenceLast``: that of its result at the last valid step, and 0 at the others.
///
/// Operands: the upstream gradient [N, C]; lengths int32 [N]. Result: [N, C, T].
public struct SequenceLastGradient: Operation {
    public static let name = "SequenceLastGradient"
    public let steps: Int

    public init(steps: Int) { self.steps = steps }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try SequenceMeanGradient(steps: steps).resultTypes(of: operands)
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var result = ReferenceTensor(resultTypes[0].shape)
        for (index, row) in sequenceRows(of: result.shape, operands[1]).enumerated() where row.end > row.start {
            result.elements[row.end - 1] = operands[0].elements[index]
        }
        return [result]
    }
}
