import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("Differentiation")
struct DifferentiationTests {
    /// The gradients of a scalar function at a point, and its value.
    private func gradients(
        at point: [Double], of function: (Value) throws -> Value
    ) throws -> (loss: Double, gradient: [Double]) {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([point.count], .float64))
        let loss = try function(x)
        builder.output("loss", loss)
        builder.output("gradient", try builder.gradients(of: loss, with: [x])[0])
        let results = try run(builder.graph, [doubles(point)])
        return (results[0].doubles[0], results[1].doubles)
    }

    private func sum(_ value: Value) throws -> Value { try ReduceSum(axes: [0]).applied(to: value) }

    @Test("a value that is used twice collects both gradients")
    func usedTwice() throws {
        // L = Σ x·x + 3·x, so ∂L/∂x = 2x + 3.
        let result = try gradients(at: [1, -2]) { x in try sum(x * x + x * 3) }
        #expect(result.loss == 2)
        #expect(result.gradient == [5, -1])
    }

    @Test("a cast passes the gradient on in the type that it came in, and none from what is not floating-point")
    func casts() throws {
        // ∂L/∂x = c; on its way it is a bfloat16.
        let factor = 1 + 0x1p-7 + 0x1p-10
        let result = try gradients(at: [1, -2.0000001]) { x in
            try sum(x.cast(to: .bfloat16).cast(to: .float64) * factor)
        }
        #expect(result.loss == factor - 2 * factor)
        #expect(result.gradient == [1 + 0x1p-7, 1 + 0x1p-7])
        let counted = try gradients(at: [2.5, -3.5]) { x in
            try sum(x * x.cast(to: .int32).cast(to: .float64))
        }
        #expect(counted.loss == 2.5 * 2 + 3.5 * 3)
        #expect(counted.gradient == [2, -3])
    }

    @Test("a value that the loss does not depend on has a gradient of zeros")
    func unused() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([2], .float64))
        let other = try builder.input("other", TensorType([3], .float64))
        let gradients = try builder.gradients(of: sum(x), with: [other, x])
        for (index, gradient) in gradients.enumerated() { builder.output("\(index)", gradient) }
        let results = try run(builder.graph, [doubles([1, 2]), doubles([1, 2, 3])])
        #expect(results.map(\.doubles) == [[0, 0, 0], [1, 1]])
    }

    @Test("the gradient with respect to a value on the way stops there")
    func intermediate() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([2], .float64))
        // Nothing before the value is differentiated: not even what has no gradient.
        let mask = try SGDUpdate().applied(to: x, x, builder.constant(1, .float64))
        let loss = try sum(mask * mask)
        let gradient = try builder.gradients(of: loss, with: [mask])[0]
        builder.output("mask", mask)
        builder.output("gradient", gradient)
        let results = try run(builder.graph, [doubles([3, 4])])
        #expect(results[1].doubles == results[0].doubles.map { 2 * $0 })
    }

    @Test("the gradient of the loss with respect to itself is 1")
    func loss() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([2], .float64))
        let loss = try sum(x)
        builder.output("one", try builder.gradients(of: loss, with: [loss])[0])
        #expect(try run(builder.graph, [doubles([1, 2])])[0].doubles == [1])
    }

    @Test("only a floating-point scalar can be differentiated")
    func notScalar() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2]))
        let label = try builder.input("label", TensorType([], .int32))
        for value in [x, label] {
            let error = #expect(throws: FoveaError.self) { try builder.gradients(of: value, with: [x]) }
            #expect(error?.code == .usage)
            #expect(error?.problem.contains(value.type.description) == true)
        }
    }

    @Test("class indices have no gradient, and do not stop the one of the logits")
    func indices() throws {
        let builder = GraphBuilder()
        let logits = try builder.input("logits", TensorType([1, 2], .float64))
        let labels = try builder.input("labels", TensorType([1], .int32))
        let loss = try sum(SoftmaxCrossEntropy().applied(to: logits, labels))
        builder.output("gradient", try builder.gradients(of: loss, with: [logits])[0])
        let results = try run(builder.graph, [doubles([0, 0], [1, 2]), Tensor(integers: [1])])
        #expect(results[0].doubles == [0.5, -0.5])
    }

    @Test("gradients of gradients: the second derivative of Σ (w·x)³ through two convolutions")
    func secondDerivative() throws {
        // For 1×1 images and filters y = w·x, L = y³, ∂L/∂w = 3·w²·x³, ∂²L/∂w² = 6·w·x³.
        let builder = GraphBuilder()
        let type = TensorType([1, 1, 1, 1], .float64)
        let (x, w) = (try builder.input("x", type), try builder.input("w", type))
        let y = try Convolution(Window(kernel: 1)).applied(to: x, w)
        let loss = try Reshape(to: []).applied(to: y * y * y)
        let first = try builder.gradients(of: loss, with: [w])[0]
        let second = try builder.gradients(of: Reshape(to: []).applied(to: first), with: [w])[0]
        builder.output("first", first)
        builder.output("second", second)
        let results = try run(builder.graph, [doubles([2], type.shape), doubles([5], type.shape)])
        #expect(results[0].doubles == [600])
        #expect(results[1].doubles == [240])
    }

    @Test("nodes of the backward pass belong to the layer whose gradient they compute")
    func locations() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2]))
        builder.location = Location(path: "act", layer: "ReLU")
        let activated = try ReLU().applied(to: x)
        builder.location = .none
        let loss = try ReduceSum(axes: [0]).applied(to: activated)
        _ = try builder.gradients(of: loss, with: [x])
        let gradient = builder.graph.nodes.first { $0.operation.operationName == "ReLUGradient" }
        #expect(gradient?.location.path == "act")
        #expect(builder.location == .none)
    }
}
