import FoveaGraph
import Testing

@Suite("FoldConstants")
struct FoldConstantsTests {
    private let builder = GraphBuilder()

    @Test("computes what follows from constants, rounded to its type at every step, and nothing else")
    func folds() throws {
        let third = try builder.constant(Tensor(repeating: 1, .float32([2]))) / builder.constant(3)
        let x = try builder.input("x", .float32([2]))
        builder.output("y", try x * (third * 3))
        builder.output("third", third)
        let graph = try FoldConstants().run(on: builder.graph)
        try graph.verify()
        #expect(
            graph.nodes.filter { !($0.operation is Constant) }.map(\.operation.operationName) == [
                "Placeholder", "Multiplication",
            ])
        let given = Tensor([0.3, 7] as [Float])
        #expect(try run(graph, [given]) == run(builder.graph, [given]))
        #expect(try run(graph, [given])[1] == Tensor([1 / 3, 1 / 3] as [Float]))
        #expect(try FoldConstants().run(on: graph).description == graph.description)
    }

    @Test("keeps all results of a node")
    func severalResults() throws {
        let images = Tensor(elements: (0..<16).map(Double.init), TensorType([1, 1, 4, 4], .float64))
        for (index, result) in try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [builder.constant(images)])
            .enumerated()
        {
            builder.output("\(index)", result)
        }
        let graph = try FoldConstants().run(on: builder.graph)
        #expect(graph.nodes.allSatisfy { $0.operation is Constant })
        #expect(try run(graph, []) == run(builder.graph, []))
    }

    @Test("leaves large results to the backend")
    func large() throws {
        builder.output("y", try Broadcast(to: [1 << 18, 2]).applied(to: builder.constant(1)))
        #expect(try FoldConstants().run(on: builder.graph).description == builder.graph.description)
    }
}
