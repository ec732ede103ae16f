public import FoveaGraph

/// An operation with operands to try it on: one row of the table that drives the gradient checks, the parity of every
/// backend with the reference, and the support matrix.
public struct OperationCase: Sendable, CustomStringConvertible {
    /// The magnitude that an error of a result is relative to.
    public enum Scale: Sendable {
        /// The typical size of the tensor's elements: for sums of many products.
        case tensor
        /// The element itself, or 1 if it is smaller: for functions of single elements.
        case element
    }

    public let operation: any Operation
    public let operands: [OperandDraw]
    /// The operands that have gradients.
    public let differentiable: [Int]
    /// The results that a loss may depend on.
    public let differentiableResults: [Int]
    /// Whether the function is smooth around the operands, so that differences can check the gradients.
    public let isSmooth: Bool
    /// The error that a backend may make in float32, relative to the scale.
    public let tolerance: Double
    public let scale: Scale

    public init(
        _ operation: any Operation, _ operands: [OperandDraw], differentiable: [Int] = [],
        differentiableResults: [Int] = [0], isSmooth: Bool = true, tolerance: Double = 1e-5, scale: Scale = .tensor
    ) {
        self.operation = operation
        self.operands = operands
        self.differentiable = differentiable
        self.differentiableResults = differentiableResults
        self.isSmooth = isSmooth
        self.tolerance = tolerance
        self.scale = scale
    }

    /// The name under which graphs print the operation.
    public var operationName: String { operation.operationName }

    /// `Softmax(f32[2×3]) axis: -1`.
    public var description: String {
        let types = operands.map { $0.type(.float32).description }.joined(separator: ", ")
        let attributes = operation.attributeText
        return "\(operationName)(\(types))\(attributes.isEmpty ? "" : " " + attributes)"
    }

    /// A graph that applies the operation and, if wanted, differentiates the sum of its results, each weighted by random
    /// numbers, with respect to the operands.
    ///
    /// Inputs: `operand0`…, and `weight0`… for the results that are differentiated. Outputs: `result0`…, and with
    /// gradients `loss` and `gradient0`… for the operands that have one.
    ///
    /// - Parameter decomposed: whether the operation is replaced by its decomposition, where there is one.
    public func graph(_ floatingPoint: DataType, withGradients: Bool, decomposed: Bool = false) throws -> Graph {
        let builder = GraphBuilder()
        let operands = try operands.enumerated().map { index, operand in
            try builder.input("operand\(index)", operand.type(floatingPoint))
        }
        let parts = decomposed ? try operation.decomposition(of: operands) : nil
        let results = try parts ?? operation.results(on: operands)
        for (index, result) in results.enumerated() { builder.output("result\(index)", result) }
        guard withGradients else { return builder.graph }

        var loss = try builder.constant(0, floatingPoint)
        for index in differentiableResults {
            let result = try results[index].cast(to: floatingPoint)
            let weight = try builder.input("weight\(index)", result.type)
            loss = try loss + ReduceSum(axes: Array(0..<weight.shape.rank)).applied(to: result * weight)
        }
        builder.output("loss", loss)
        let gradients = try builder.gradients(of: loss, with: differentiable.map { operands[$0] })
        for (operand, gradient) in zip(differentiable, gradients) { builder.output("gradient\(operand)", gradient) }
        return builder.graph
    }

    /// The inputs of one of the case's graphs: the same numbers for the same seed.
    public func inputs(of graph: Graph, seed: UInt64) -> [String: Tensor] {
        var inputs: [String: Tensor] = [:]
        for input in graph.inputs {
            let draw =
                operands.indices.first { input.name == "operand\($0)" }.map { operands[$0] }
                ?? OperandDraw(input.type.shape)
            let generator = CounterBasedGenerator(seed: seed, purpose: input.name)
            inputs[input.name] = Tensor(elements: draw.elements(generator), input.type)
        }
        return inputs
    }
}

extension OperationCase {
    /// The whole table.
    public static func all() throws -> [OperationCase] {
        try arithmetic() + activations() + convolutions() + pooling() + normalizations() + losses() + shapes()
            + reductions() + optimizers() + casts() + recurrences() + sequences()
    }
}
