import FoveaGraph
import Testing

@Suite("DissolveConcatenations")
struct DissolveConcatenationsTests {
    private let builder = GraphBuilder()

    private func input(_ name: String, _ shape: Shape) throws -> Value {
        try builder.input(name, TensorType(shape, .float64))
    }

    private func joined() throws -> Value {
        let parts = [try input("a", [2, 4, 6, 6]), try input("b", [2, 3, 6, 6]), try input("c", [2, 5, 6, 6])]
        return try Concatenation(axis: 1).results(on: parts)[0]
    }

    private func pointwise(_ x: Value, _ filters: Int, withBias: Bool = true) throws -> Value {
        let operands = [x, try input("w", [filters, x.shape[1], 1, 1])]
        return try Convolution(Window(kernel: 1)).results(on: operands + (withBias ? [input("bias", [filters])] : []))[
            0]
    }

    /// The operations after the pass, which must compute what the graph computed before.
    private func dissolved() throws -> [String] {
        let graph = try DissolveConcatenations().run(on: builder.graph, for: .everything)
        let inputs = graph.inputs.map { input in
            var stream = CounterBasedGenerator(seed: 1, purpose: input.name).stream
            return Tensor(elements: (0..<input.type.shape.elementCount).map { _ in stream.normal() }, input.type)
        }
        for (given, expected) in zip(try run(graph, inputs), try run(builder.graph, inputs)) {
            #expect(given.type == expected.type)
            #expect(given.isClose(to: expected.doubles, within: 1e-12))
        }
        let again = try RemoveDeadNodes().run(on: DissolveConcatenations().run(on: graph, for: .everything))
        #expect(again.description == RemoveDeadNodes().run(on: graph).description, "one run is enough")
        return RemoveDeadNodes().run(on: graph).nodes.map(\.operation.operationName).filter {
            $0 != "Placeholder" && $0 != "Constant"
        }
    }

    @Test("turns a 1×1 convolution of joined tensors into a sum of convolutions", arguments: [false, true])
    func convolution(withBias: Bool) throws {
        builder.output("y", try pointwise(joined(), 2, withBias: withBias))
        let names = try dissolved()
        #expect(
            names.sorted() == [
                "Addition", "Addition", "Convolution", "Convolution", "Convolution", "Slice", "Slice", "Slice",
            ])
    }

    @Test("leaves joined what costs nothing to join, and what the backend could not compute in parts")
    func backend() throws {
        builder.output("y", try pointwise(joined(), 2))
        let free = try DissolveConcatenations(joiningCost: 0).run(on: builder.graph, for: .everything)
        #expect(free.description == builder.graph.description)
        let uncut = Capabilities { operation, _, _ in !(operation is Slice) }
        let whole = try DissolveConcatenations().run(on: builder.graph, for: uncut)
        #expect(whole.description == builder.graph.description)
    }

    @Test("goes through pooling and activations")
    func pooling() throws {
        let pooled = try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [Tanh().applied(to: joined())])[0]
        builder.output("y", try pointwise(pooled, 2))
        #expect(try !dissolved().contains("Concatenation"))
    }

    @Test("joins what is pooled, which is smaller, where the whole is read")
    func joinedLater() throws {
        builder.output("y", try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [joined()])[0])
        #expect(try dissolved() == ["MaxPooling", "MaxPooling", "MaxPooling", "Concatenation"])
    }

    @Test("computes the gradients of the parts, and of the filters, without the whole", arguments: [false, true])
    func gradients(pooled: Bool) throws {
        var x = try joined()
        if pooled { x = try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [x])[0] }
        let y = try pointwise(x, 2)
        let loss = try ReduceSum(axes: [0, 1, 2, 3]).applied(to: y * y)
        let wanted = builder.graph.inputs.map { builder.value($0.value) }
        for (index, gradient) in try builder.gradients(of: loss, with: wanted).enumerated() {
            builder.output("\(index)", gradient)
        }
        let names = try dissolved()
        // The filters' gradients are joined, and nothing else is: what is cut are filters, too.
        #expect(names.count { $0 == "Concatenation" } == 1)
        #expect(names.count { $0 == "Slice" } == 3)
        #expect(names.count { $0 == "ConvolutionInputGradient" } == 3)
        #expect(names.count { $0 == "MaxPoolingGradient" } == (pooled ? 3 : 0))
    }

    @Test(
        "leaves joined what something reads as a whole, and where the sums would move more memory",
        arguments: ["output", "wide", "3×3", "groups", "other axis", "places"])
    func whole(reason: String) throws {
        switch reason {
        case "output":
            let x = try joined()
            builder.output("x", x)
            builder.output("y", try pointwise(x, 2))
        case "wide": builder.output("y", try pointwise(joined(), 6))
        case "3×3":
            builder.output(
                "y", try Convolution(Window(kernel: 3)).applied(to: joined(), input("w", [1, 12, 3, 3])))
        case "groups":
            builder.output(
                "y", try Convolution(Window(kernel: 1), groups: 3).applied(to: joined(), input("w", [3, 4, 1, 1])))
        case "other axis":
            let parts = [try input("a", [2, 4, 6, 6]), try input("b", [2, 4, 6, 6])]
            builder.output("y", try pointwise(Concatenation(axis: 2).results(on: parts)[0], 1))
        default:
            let results = try MaxPooling(Window(kernel: 2)).results(on: [joined()])
            builder.output("y", try pointwise(results[0], 1))
            builder.output("places", results[1])
        }
        #expect(
            try dissolved()
                == RemoveDeadNodes().run(on: builder.graph).nodes.map(\.operation.operationName).filter {
                    $0 != "Placeholder" && $0 != "Constant"
                })
    }
}
