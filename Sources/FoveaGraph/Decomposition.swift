extension Operation {
    /// The operation's decomposition as a separate graph, for operands of these types: operand i is the input `i`,
    /// result i the output `i`. Nil where there is nothing simpler.
    ///
    /// - Throws: ``FoveaError`` when the operands do not fit.
    public func body(of operands: [TensorType]) throws -> Graph? {
        let builder = GraphBuilder()
        let inputs = try operands.enumerated().map { try builder.input("\($0)", $1) }
        guard let results = try decomposition(of: inputs) else { return nil }
        for (index, result) in results.enumerated() { builder.output("\(index)", result) }
        return builder.graph
    }
}

/// An operation that does in one step what its decomposition does in several, and is defined by it.
///
/// All operands and results have elements of one type.
public protocol FusedOperation: Operation {}

extension FusedOperation {
    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let types = operands.map { TensorType($0.shape, resultTypes[0].dataType) }
        guard let body = try? body(of: types) else {
            preconditionFailure("\(Self.name) decomposes for all operands that its type rule accepts")
        }
        return body.evaluated(operands)
    }
}

extension Graph {
    /// The outputs for some inputs, by the operations' definitions; intermediate values are not rounded.
    fileprivate func evaluated(_ given: [ReferenceTensor]) -> [ReferenceTensor] {
        var values: [ValueID: ReferenceTensor] = [:]
        func value(_ id: ValueID) -> ReferenceTensor {
            guard let value = values[id] else { preconditionFailure("values are computed before they are read") }
            return value
        }
        for (input, tensor) in zip(inputs, given) { values[input.value] = tensor }
        for (index, node) in nodes.enumerated() where !(node.operation is Placeholder) {
            let results = node.operation.evaluate(node.operands.map(value), resultTypes: node.results)
            for (result, tensor) in results.enumerated() { values[ValueID(node: index, result: result)] = tensor }
        }
        return outputs.map { value($0.value) }
    }
}
