import FoveaGraph
import Testing

@Suite("RemoveDeadNodes")
struct RemoveDeadNodesTests {
    @Test("keeps what outputs, updates and the guard depend on, and every placeholder")
    func removes() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([2], .float64))
        _ = try builder.input("unused", TensorType([], .float64))
        let dead = try Exponential().applied(to: x)
        _ = try Tanh().applied(to: dead)
        let held = try builder.state("w", TensorType([2], .float64))
        let updated = try held + x
        let watched = try ReduceSum(axes: [0]).applied(to: x)
        let live = try Sigmoid().applied(to: x)
        builder.output("y", live)
        builder.update("w", to: updated)
        builder.updateOnlyIfFinite(watched)

        let graph = RemoveDeadNodes().run(on: builder.graph)
        try graph.verify()
        #expect(
            graph.nodes.map(\.operation.operationName) == [
                "Placeholder", "Placeholder", "Placeholder", "Addition", "ReduceSum", "Sigmoid",
            ])
        #expect(graph.inputs.map(\.name) == ["x", "unused"])
        #expect(graph.outputs.map(\.name) == ["y"])
        #expect(graph.updates.map(\.state) == ["w"])
        #expect(graph.guardValue == ValueID(node: 4))
        #expect(graph.nodes[graph.outputs[0].value.node].operation is Sigmoid)
        #expect(RemoveDeadNodes().run(on: graph).description == graph.description)
    }
}
