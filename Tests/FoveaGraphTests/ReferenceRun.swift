import FoveaGraph
import FoveaRuntime

/// The results of one operation on float64 tensors, by its definition.
func evaluate(_ operation: any FoveaGraph.Operation, _ operands: Tensor...) throws -> [Tensor] {
    let builder = GraphBuilder()
    let values = try operands.enumerated().map { try builder.input("\($0)", $1.type) }
    for (index, result) in try builder.add(operation, values).enumerated() { builder.output("\(index)", result) }
    return try run(builder.graph, operands)
}

/// The outputs of a graph without state, in order.
func run(_ graph: Graph, _ inputs: [Tensor]) throws -> [Tensor] {
    try graph.verify()
    return try ReferenceBackend().compile(graph, state: [:]).run(inputs).map { try $0.read() }
}

/// A float64 tensor of rank 1 or of the shape.
func doubles(_ elements: [Double], _ shape: Shape? = nil) throws -> Tensor {
    try Tensor(shape ?? [elements.count], elements: elements)
}

extension Tensor {
    /// True when every element is within `tolerance` of the expected one, and NaN where NaN is expected.
    func isClose(to expected: [Double], within tolerance: Double = 1e-9) -> Bool {
        let given = doubles
        return given.count == expected.count
            && zip(given, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= tolerance }
    }
}
