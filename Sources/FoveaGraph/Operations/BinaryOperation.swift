/// An operation that combines two tensors element by element, with NumPy's broadcasting.
///
/// Axes are aligned from the last; where one operand's axis is missing or 1, its elements repeat.
public protocol BinaryOperation: Operation {
    func function(_ left: Double, _ right: Double) -> Double
}

extension BinaryOperation {
    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        let (left, right) = (operands[0].shape, operands[1].shape)
        let rank = max(left.rank, right.rank)
        let dimensions = try (0..<rank).map { axis in
            let a = axis - rank + left.rank < 0 ? 1 : left[axis - rank + left.rank]
            let b = axis - rank + right.rank < 0 ? 1 : right[axis - rank + right.rank]
            guard a == b || a == 1 || b == 1 else {
                throw FoveaError(
                    .usage, "\(Self.name) cannot combine the shapes \(left) and \(right).",
                    remedy: "Aligned from the last, each axis must be equal or 1; reshape one of them.")
            }
            return a == 1 ? b : a
        }
        return [TensorType(try Shape(validating: dimensions), operands[0].dataType)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let shape = resultTypes[0].shape
        let left = operands[0].broadcast(to: shape)
        let right = operands[1].broadcast(to: shape)
        return [ReferenceTensor(shape, zip(left.elements, right.elements).map(function))]
    }
}

extension ReferenceTensor {
    /// The tensor repeated along its missing axes and its axes of size 1.
    func broadcast(to target: Shape) -> ReferenceTensor {
        if shape == target { return self }
        let strides =
            [Int](repeating: 0, count: target.rank - shape.rank)
            + zip(shape.dimensions, shape.strides).map { $0 == 1 ? 0 : $1 }
        return ReferenceTensor(target, target.offsets(strides: strides).map { elements[$0] })
    }
}

extension Value {
    /// Undoes broadcasting for a gradient: sums over the axes along which an operand of `shape` was repeated.
    func summed(to shape: Shape) throws -> Value {
        if self.shape == shape { return self }
        let missing = self.shape.rank - shape.rank
        let axes = (0..<self.shape.rank).filter { axis in
            axis < missing || (shape[axis - missing] == 1 && self.shape[axis] != 1)
        }
        let sum = try ReduceSum(axes: axes, keepDimensions: true).applied(to: self)
        return try Reshape(to: shape).applied(to: sum)
    }

    public static func + (left: Value, right: Value) throws -> Value { try Addition().applied(to: left, right) }
    public static func - (left: Value, right: Value) throws -> Value { try Subtraction().applied(to: left, right) }
    public static func * (left: Value, right: Value) throws -> Value { try Multiplication().applied(to: left, right) }
    public static func / (left: Value, right: Value) throws -> Value { try Division().applied(to: left, right) }

    public static func + (left: Value, right: Double) throws -> Value {
        try left + left.builder.constant(right, left.dataType)
    }
    public static func * (left: Value, right: Double) throws -> Value {
        try left * left.builder.constant(right, left.dataType)
    }
}
