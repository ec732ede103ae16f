import FoveaGraph
import Testing

@Suite("RectifyPooledGradients")
struct RectifyPooledGradientsTests {
    /// A rectifier, pooling in windows that overlap, and the gradient of a weighted sum.
    private func graph(_ function: any UnaryOperation, readsBetween: Bool = false) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([2, 3, 7, 6], .float64))
        let y = try builder.add(function, [x])[0]
        let pooled = try MaxPooling(Window(kernel: 3, stride: 2, padding: .init(1))).results(on: [y])[0]
        let weighted = try pooled * builder.input("weights", pooled.type)
        var loss = try ReduceSum(axes: [0, 1, 2, 3]).applied(to: weighted)
        if readsBetween { loss = try loss + ReduceSum(axes: [0, 1, 2, 3]).applied(to: y) }
        builder.output("gradient", try builder.gradients(of: loss, with: [x])[0])
        return try TakeRectifierGradientsFromResults().run(on: builder.graph)
    }

    private func names(_ graph: Graph) -> [String] {
        graph.nodes.map(\.operation.operationName).filter { $0.hasSuffix("Gradient") }
    }

    @Test(
        "gives the same numbers, ties, bounds and NaN included",
        arguments: [ReLU(), ReLU6(), LeakyReLU(negativeSlope: 0.2)] as [any UnaryOperation])
    func sameNumbers(function: any UnaryOperation) throws {
        let graph = try graph(function)
        let changed = try RectifyPooledGradients().run(on: graph, for: .everything)
        try changed.verify()
        #expect(names(graph) == ["MaxPoolingGradient", function.operationName + "Gradient"])
        #expect(names(changed) == [function.operationName + "Gradient", "MaxPoolingGradient"])
        #expect(try RectifyPooledGradients().run(on: changed, for: .everything).description == changed.description)
        var random = CounterBasedGenerator(seed: 1, purpose: "pixels").stream
        let pixels = (0..<252).map { _ in [-1, 0, 0.5, 1, 6, 7, .nan][Int.random(in: 0..<7, using: &random)] }
        let inputs = graph.inputs.map { input in
            let count = input.type.shape.elementCount
            return Tensor(elements: input.name == "x" ? pixels : (0..<count).map { Double($0) - 20 }, input.type)
        }
        let expected = try run(graph, inputs)[0].doubles
        #expect(try run(changed, inputs)[0].isClose(to: expected, within: 1e-12))
        #expect(expected.contains { $0 != 0 })
    }

    @Test("leaves gradients alone that more reaches than what was pooled, and other functions")
    func others() throws {
        for graph in try [graph(ReLU(), readsBetween: true), graph(Tanh())] {
            #expect(try RectifyPooledGradients().run(on: graph, for: .everything).description == graph.description)
        }
    }

    @Test("leaves pooling of other images alone")
    func otherImages() throws {
        let builder = GraphBuilder()
        let (y, z) = (try builder.input("y", .float32([1, 1, 4, 4])), try builder.input("z", .float32([1, 1, 4, 4])))
        let window = try Window(kernel: 2, stride: 2)
        let pooled = try MaxPooling(window).results(on: [z])
        let spread = try MaxPoolingGradient(window, inputShape: z.shape).applied(to: pooled[1], pooled[0])
        builder.output("g", try UnaryGradient(of: ReLU()).applied(to: y, spread))
        #expect(
            try RectifyPooledGradients().run(on: builder.graph, for: .everything).description
                == builder.graph.description)
    }
}
