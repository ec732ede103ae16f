import FoveaGraph
import FoveaNN
import FoveaRuntime
import Synchronization
import Testing

@Suite("A network that has been traced")
struct TracedNetworkTests {
    /// Counts how often it is called.
    private final class Counter: Layer {
        private let calls = Mutex(0)

        var count: Int { calls.withLock { $0 } }

        func callAsFunction(_ input: Value) throws -> Value {
            calls.withLock { $0 += 1 }
            return input
        }
    }

    @Test("is traced once for each mode and batch, whatever is made of it")
    func traces() throws {
        let counter = Counter()
        let model = Sequential {
            counter
            Flatten()
            Dropout(0.5)
            Dense(3)
        }
        let network = TracedNetwork(model, input: [1, 2, 2])
        let objective = Classification()
        let batch = try network.inputs.batched(4)
        _ = try (network.signature, network.parameters)
        #expect(counter.count == 1, "inference on one example")
        for _ in 0..<2 {
            _ = try InferenceGraph(network, batch: batch)
            _ = try EvaluationGraph(network, objective: objective, batch: batch)
        }
        #expect(counter.count == 2, "and inference on four")
        for _ in 0..<2 {
            _ = try TrainingGraph(network, objective: objective, rule: UpdateRule(SGD()), batch: batch)
            _ = try DiagnosticGraph(network, objective: objective, batch: batch)
        }
        #expect(counter.count == 3, "and training on four")
    }

    @Test("gives the graphs of a network that is traced for each of them")
    func sameGraphs() throws {
        let model = Sequential {
            Conv2D(3, kernel: 3)
            BatchNorm2D()
            ReLU()
            Flatten()
            Dropout(0.5)
            Dense(3)
        }
        let network = TracedNetwork(model, input: [1, 4, 4])
        let batch = try network.inputs.batched(2)
        let objective = Classification()
        _ = try DiagnosticGraph(network, objective: objective, batch: batch)
        let kept = try TrainingGraph(network, objective: objective, rule: UpdateRule(Adam()), batch: batch)
        let alone = try TrainingGraph(model, loss: CrossEntropyLoss(), optimizer: Adam(), input: [2, 1, 4, 4])
        try kept.graph.verify()
        #expect("\(kept.graph)" == "\(alone.graph)")
        #expect(kept.isRandom)
        #expect(kept.graph.updates.contains { $0.state == "1.running_mean" })
    }

    /// A network as one read from a file is: operations, and a list of parameters; no layer.
    private struct Listed: Network {
        let scale = Parameter(.ones)
        let shift = Parameter(.zeros)

        var parameterList: ParameterList {
            get throws { try ParameterList([("node_1/shift", shift), ("node_0/scale", scale)]) }
        }

        func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
            let x = try inputs["x"]
            let trace = try x.trace
            let scaled = try x * scale.value([3], fanIn: 3, fanOut: 3, in: trace)
            return ["y": try scaled + shift.value([3], fanIn: 3, fanOut: 3, in: trace)]
        }
    }

    private struct SquaredError: Objective {
        func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> { ["wanted": try outputs["y"]] }

        func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
            let error = try outputs["y"] - targets["wanted"]
            return Measures(loss: try ReduceMean(axes: [0, 1]).applied(to: error * error))
        }
    }

    @Test("may list its parameters instead of storing layers, and is trained as any other")
    func listedParameters() async throws {
        let network = TracedNetwork(Listed(), inputs: ["x": .float32([3])])
        #expect(try network.parameters.map(\.path) == ["node_1/shift", "node_0/scale"])
        #expect(try network.signature == Signature(inputs: ["x": .float32([3])], outputs: ["y": .float32([3])]))
        let training = try TrainingGraph(
            network, objective: SquaredError(), rule: UpdateRule(SGD(learningRate: 0.5)),
            batch: network.inputs.batched(2))
        let device = Device(ReferenceBackend())
        let program = try await device.compile(training.graph)
        try await program.states.write(Weights(initializing: training.parameters, seed: 1).namedTensors)
        let x = try Tensor([2, 3], [1, 2, 3, -1, -2, -3])
        let wanted = try Tensor([2, 3], [3, 5, 7, -1, -3, -5])
        var losses: [Float] = []
        for step in 1...60 {
            let results = try await device.run(
                program,
                [
                    "x": x, "wanted": wanted, GraphName.learningRate: Tensor(scalar: 0.1),
                    GraphName.step: Tensor(scalar: Float(step)),
                ])
            losses.append(try #require(results[GraphName.loss]).floats[0])
        }
        // wanted = 2x + 1
        #expect(losses[0] > 4)
        #expect(losses[59] < 1e-3)
    }

    private struct Outputs: Network {
        let make: @Sendable (Named<Value>) throws -> Named<Value>

        func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> { try make(inputs) }
    }

    @Test("says what is wrong with its inputs and outputs")
    func faults() throws {
        func problem(
            _ inputs: Named<TensorType> = ["x": .float32([3])],
            _ make: @escaping @Sendable (Named<Value>) throws -> Named<Value>
        ) -> String? {
            error { _ = try TracedNetwork(Outputs(make: make), inputs: inputs).signature }?.problem
        }
        #expect(problem { ["y": try $0["xs"]] } == "There is nothing named `xs`; there is only `x`.")
        #expect(problem { _ in [:] } == "The network gives no outputs.")
        #expect(
            problem(["x": .float32([3]), "z": .float32([2])]) { ["y": try $0["x"]] }
                == "The network does not read its input `z`.")
        #expect(
            problem { ["y": try Transposition(permutation: [1, 0]).applied(to: $0["x"])] }
                == "The output `y` is f32[3×1] for a batch of 1: its first axis is not the batch's.")
        let layer = error { _ = try TracedNetwork(Dense(2), inputs: ["image": .float32([3])]).signature }
        #expect(layer?.problem == "There is nothing named `images`; there is only `image`.")
        #expect(layer?.remedy == "Did you mean `image`?")
    }

    private struct Odd: Objective {
        let name: String
        let axes: [Int]

        func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> { [:] }

        func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
            let y = try outputs["logits"]
            return Measures(
                loss: try ReduceMean(axes: [0, 1]).applied(to: y),
                metrics: [name: try ReduceMean(axes: axes).applied(to: y)])
        }
    }

    @Test("refuses an objective whose metrics are no scalars, or have the name of an output")
    func badObjectives() throws {
        let network = TracedNetwork(Dense(2), inputs: ["images": .float32([3])])
        func problem(_ objective: any Objective) throws -> String? {
            let batch = try network.inputs.batched(4)
            return error { _ = try EvaluationGraph(network, objective: objective, batch: batch) }?.problem
        }
        #expect(try problem(Odd(name: "mean", axes: [0])) == "The objective's `mean` is f32[2], not a scalar.")
        #expect(
            try problem(Odd(name: "logits", axes: [0, 1]))
                == "The objective's `logits` has the name of an output of the network.")
        #expect(try problem(Odd(name: "mean", axes: [0, 1])) == nil)
    }
}
