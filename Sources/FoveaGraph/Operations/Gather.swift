/// Takes rows of a matrix by their numbers: y[…, d] = table[index[…], d].
///
/// Operands: table [V, D]; indices, int32 of any shape. Result: the indices' shape followed by D. An index that is no row gives
/// zeros.
///
/// Source: ONNX `Gather` along axis 0. Same numbers as `torch.nn.functional.embedding`.
public struct Gather: Operation {
    public static let name = "Gather"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectFloatingPoint([operands[0]], of: Self.name)
        try expectRank(2, operands[0], "a table [rows, columns]", of: Self.name)
        try expectIndices(operands[1], of: Self.name)
        return [
            TensorType(
                try Shape(validating: operands[1].shape.dimensions + [operands[0].shape[1]]), operands[0].dataType)
        ]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        let rows = operands[0].shape[0]
        return [try upstream[0].map { try GatherGradient(rows: rows).applied(to: $0, operands[1]) }, nil]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (rows, width) = (operands[0].shape[0], operands[0].shape[1])
        let elements = operands[1].elements.flatMap { index in
            0 <= index && index < Double(rows)
                ? Array(operands[0].elements[Int(index) * width..<(Int(index) + 1) * width])
                : [Double](repeating: 0, count: width)
        }
        return [ReferenceTensor(resultTypes[0].shape, elements)]
    }
}

/// The gradient of ``Gather`` with respect to the table: each row is the sum of the gradients of its copies, added in the order
/// of the indices.
///
/// Operands: the upstream gradient, the indices' shape followed by D; the indices, int32. Result: [V, D].
public struct GatherGradient: Operation {
    public static let name = "GatherGradient"
    public let rows: Int

    public init(rows: Int) { self.rows = rows }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectFloatingPoint([operands[0]], of: Self.name)
        try expectIndices(operands[1], of: Self.name)
        guard operands[0].shape.rank == operands[1].shape.rank + 1,
            Array(operands[0].shape.dimensions.dropLast()) == operands[1].shape.dimensions
        else {
            throw FoveaError(
                .usage,
                "\(Self.name) was given a gradient of \(operands[0].shape) for indices of \(operands[1].shape).",
                remedy: "Give it one row for each index.")
        }
        let width = operands[0].shape[operands[0].shape.rank - 1]
        return [TensorType(try Shape(validating: [rows, width]), operands[0].dataType)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var result = ReferenceTensor(resultTypes[0].shape)
        let width = result.shape[1]
        for (place, index) in operands[1].elements.enumerated() where 0 <= index && index < Double(rows) {
            for d in 0..<width { result[Int(index), d] += operands[0].elements[place * width + d] }
        }
        return [result]
    }
}

private func expectIndices(_ indices: TensorType, of operation: String) throws {
    guard indices.dataType == .int32 else {
        throw FoveaError(.usage, "\(operation) was given \(indices) as indices.", remedy: "Give it int32.")
    }
}
