/// The mean of each channel over the valid steps: y[n, c] = Σ_{t < length[n]} x[n, c, t] / length[n].
///
/// Operands: x [N, C, T]; lengths int32 [N]. Result: [N, C]. A length below 1 counts as 0, and its mean is 0; one above T
/// counts as T.
public struct SequenceMean: Operation {
    public static let name = "SequenceMean"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectSequences(operands, of: Self.name)
        return [TensorType(Shape([operands[0].shape[0], operands[0].shape[1]]), operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        let steps = operands[0].shape[2]
        return [try upstream[0].map { try SequenceMeanGradient(steps: steps).applied(to: $0, operands[1]) }, nil]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let rows = sequenceRows(of: operands[0].shape, operands[1])
        let means = rows.map { row in
            operands[0].elements[row.start..<row.end].reduce(0, +) / Double(max(1, row.end - row.start))
        }
        return [ReferenceTensor(resultTypes[0].shape, means)]
    }
}

/// The gradient of ``SequenceMean``: g[n, c] / length[n] at each valid step, and 0 at the others.
///
/// Operands: the upstream gradient [N, C]; lengths int32 [N]. Result: [N, C, T].
public struct SequenceMeanGradient: Operation {
    public static let name = "SequenceMeanGradient"
    public let steps: Int

    public init(steps: Int) { self.steps = steps }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectFloatingPoint([operands[0]], of: Self.name)
        try expectRank(2, operands[0], "a gradient [batch, channels]", of: Self.name)
        try expectLengths(operands[1], count: operands[0].shape[0], of: Self.name)
        return [
            TensorType(try Shape(validating: operands[0].shape.dimensions + [steps]), operands[0].dataType)
        ]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var result = ReferenceTensor(resultTypes[0].shape)
        for (index, row) in sequenceRows(of: result.shape, operands[1]).enumerated() {
            let share = operands[0].elements[index] / Double(max(1, row.end - row.start))
            for place in row.start..<row.end { result.elements[place] = share }
        }
        return [result]
    }
}
