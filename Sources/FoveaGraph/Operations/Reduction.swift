/// An operation that combines the elements along some axes into one.
public protocol Reduction: Operation {
    /// The axes that are reduced; negative ones count from the last.
    var axes: [Int] { get }
    /// Whether a reduced axis stays, with size 1.
    var keepDimensions: Bool { get }

    /// The value of the elements along the reduced axes.
    func combine(_ elements: [Double]) -> Double
}

extension Reduction {
    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        let reduced = try reducedAxes(rank: operands[0].shape.rank)
        let dimensions = operands[0].shape.dimensions.enumerated().compactMap { axis, dimension in
            reduced.contains(axis) ? (keepDimensions ? 1 : nil) : dimension
        }
        return [TensorType(try Shape(validating: dimensions), operands[0].dataType)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var collected = [[Double]](repeating: [], count: resultTypes[0].shape.elementCount)
        for (element, offset) in zip(operands[0].elements, resultOffsets(of: operands[0].shape)) {
            collected[offset].append(element)
        }
        return [ReferenceTensor(resultTypes[0].shape, collected.map(combine))]
    }

    /// The offset of the result that each element of an operand of this shape contributes to, in order.
    func resultOffsets(of shape: Shape) -> [Int] {
        let strides = keptShape(of: shape).strides
        return shape.offsets(strides: shape.dimensions.indices.map { isReduced($0, shape) ? 0 : strides[$0] })
    }

    /// The reduced axes counted from the first.
    ///
    /// - Throws: ``FoveaError`` when an axis is out of range or named twice.
    package func reducedAxes(rank: Int) throws -> Set<Int> {
        let normalized = axes.map { $0 < 0 ? $0 + rank : $0 }
        guard normalized.allSatisfy((0..<rank).contains), Set(normalized).count == axes.count else {
            throw FoveaError(
                .usage, "\(Self.name) cannot run over the axes \(axes) of a tensor of rank \(rank).",
                remedy: "Name each axis once, from 0 to \(rank - 1) or counted from the last with -1.")
        }
        return Set(normalized)
    }

    private func isReduced(_ axis: Int, _ shape: Shape) -> Bool {
        axes.contains(axis) || axes.contains(axis - shape.rank)
    }

    /// The shape of the result with the reduced axes kept as 1.
    func keptShape(of shape: Shape) -> Shape {
        Shape(shape.dimensions.enumerated().map { axis, dimension in isReduced(axis, shape) ? 1 : dimension })
    }

    /// The gradient of a result at each of the elements that were summed into it.
    func repeatedOverReducedAxes(_ upstream: Value, shape: Shape) throws -> Value {
        let kept = try Reshape(to: keptShape(of: shape)).applied(to: upstream)
        return try Broadcast(to: shape).applied(to: kept)
    }
}
