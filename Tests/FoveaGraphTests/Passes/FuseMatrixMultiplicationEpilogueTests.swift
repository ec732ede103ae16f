import FoveaGraph
import Testing

@Suite("FuseMatrixMultiplicationEpilogue")
struct FuseMatrixMultiplicationEpilogueTests {
    private let builder = GraphBuilder()

    private func product() throws -> Value {
        try MatrixMultiplication(transposingRight: true).applied(
            to: builder.input("x", .float32([2, 3])), builder.input("w", .float32([4, 3])),
            builder.input("b", .float32([4])))
    }

    private func fused(for capabilities: Capabilities = .everything) throws -> [String] {
        let graph = try FuseMatrixMultiplicationEpilogue().run(on: builder.graph, for: capabilities)
        try graph.verify()
        let inputs = [
            try Tensor([2, 3], [1, -2, 3, 4, 5, -6]), Tensor(repeating: 0.5, .float32([4, 3])),
            Tensor([-1, 1, 0, 2] as [Float]),
        ]
        #expect(try run(graph, inputs) == run(builder.graph, inputs))
        return graph.nodes.map(\.operation.operationName).filter { $0 != "Placeholder" }
    }

    @Test("draws in the activation")
    func activation() throws {
        builder.output("y", try ReLU().applied(to: product()))
        #expect(try fused() == ["FusedMatrixMultiplication"])
        let others = Capabilities { operation, _, _ in !(operation is FusedMatrixMultiplication) }
        #expect(try fused(for: others) == ["MatrixMultiplication", "ReLU"])
    }

    @Test("leaves alone what something else reads, and functions that are no activations")
    func shared() throws {
        let (first, second) = (try product(), try ReLU().applied(to: builder.value(ValueID(node: 3))))
        builder.output("between", first)
        builder.output("y", second)
        builder.output("z", try Absolute().applied(to: second))
        #expect(try fused() == ["MatrixMultiplication", "ReLU", "Absolute"])
    }
}
