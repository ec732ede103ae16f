import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("A network that is divided where its frozen layers end")
struct DividedNetworkTests {
    private static let body: [PathPattern] = ["features"]

    private static func network(_ classes: Int = 3) -> TracedNetwork {
        TracedNetwork(SmallCNN(classes: classes), input: [1, 8, 8])
    }

    @Test("has the features as the inputs of the rest")
    func parts() throws {
        let network = Self.network()
        let divided = try #require(try DividedNetwork(network, freezing: Self.body))
        #expect(try divided.body.signature.outputs == ["features": .float32([64])])
        #expect(try divided.rest.signature.inputs == ["features": .float32([64])])
        #expect(try divided.rest.signature.outputs == network.signature.outputs)
        #expect(try divided.rest.parameters.map(\.path) == ["fc.weight", "fc.bias"])
        let paths = try network.parameters.map(\.path)
        #expect(try divided.body.parameters.map(\.path) == paths.filter { $0.hasPrefix("features.") })
    }

    @Test("computes what the whole computes, in inference and in training")
    func results() async throws {
        let network = Self.network()
        let divided = try #require(try DividedNetwork(network, freezing: Self.body))
        let weights = Weights(initializing: try network.parameters, seed: 3)
        let images = try Tensor(Shape([5, 1, 8, 8]), (0..<320).map { Float(($0 * 37) % 101) / 50 - 1 })
        let whole = try InferenceGraph(network, batch: network.inputs.batched(5)).graph
        let body = try InferenceGraph(divided.body, batch: divided.body.inputs.batched(5)).graph
        let rest = try InferenceGraph(divided.rest, batch: divided.rest.inputs.batched(5)).graph
        let features = try await run(body, ["images": images], weights)
        let logits = try await run(rest, features, weights)["logits"]
        #expect(try await run(whole, ["images": images], weights)["logits"] == logits)

        let rule = UpdateRule(SGD(learningRate: 0.1), groups: [.frozen(patterns: Self.body)])
        let objective = Classification()
        let step = try TrainingGraph(network, objective: objective, rule: rule, batch: network.inputs.batched(5)).graph
        let restStep = try TrainingGraph(
            divided.rest, objective: objective, rule: divided.ruleForRest(rule), batch: divided.rest.inputs.batched(5)
        ).graph
        #expect(restStep.updates.map(\.state) == step.updates.map(\.state))
        #expect(!restStep.nodes.contains { $0.operation is Convolution })
        let others: [String: Tensor] = [
            "labels": Tensor(integers: [0, 1, 2, 1, 0] as [Int32]), "learning_rate": Tensor(scalar: Float(0.1)),
            "step": Tensor(scalar: Float(1)), "random_key": Tensor(integers: [7, 9] as [Int32]),
        ]
        func loss(_ graph: Graph, _ inputs: [String: Tensor]) async throws -> Tensor? {
            try await run(graph, inputs.merging(others) { first, _ in first }, weights)["loss"]
        }
        #expect(try await loss(restStep, features) == loss(step, ["images": images]))
    }

    @Test("keeps layers that use the batch's statistics, and all behind them, in the rest")
    func statistics() throws {
        let scales: [PathPattern] = ["features.*.weight", "features.*.bias"]
        let divided = try #require(try DividedNetwork(Self.network(), freezing: scales))
        // Of the frozen layers only the first convolution comes before a batch normalization.
        #expect(try divided.body.parameters.map(\.path) == ["features.0.weight"])
        #expect(divided.rest.inputs == ["features": .float32([16, 8, 8])])
    }

    @Test("keeps dropout, and all behind it, in the rest")
    func dropout() throws {
        let model = Sequential {
            Dense(4)
            Dropout(0.5)
            Dense(5)
            Dense(2)
        }
        let network = TracedNetwork(model, inputs: ["images": .float32([3])])
        let divided = try #require(try DividedNetwork(network, freezing: ["0", "2"]))
        #expect(try divided.body.parameters.map(\.path) == ["0.weight", "0.bias"])
        #expect(divided.rest.inputs == ["features": .float32([4])])
    }

    @Test("cuts all values that cross the boundary, such as the two ways around a residual block")
    func severalValues() throws {
        let network = TracedNetwork(ResNet.resNet18(classes: 2), input: [3, 32, 32])
        let frozen: [PathPattern] = ["conv1", "bn1", "layer1.0", "layer1.1.conv1", "layer1.1.bn1"]
        let divided = try #require(try DividedNetwork(network, freezing: frozen))
        #expect(divided.rest.inputs.names == ["features.0", "features.1"])
        #expect(try divided.rest.parameters.first?.path == "layer1.1.conv2.weight")
    }

    @Test("is not divided where the first layer is trained")
    func nothingFrozen() throws {
        #expect(try DividedNetwork(Self.network(), freezing: ["fc"]) == nil)
        #expect(try DividedNetwork(Self.network(), freezing: []) == nil)
    }

    @Test("divides every network of the zoo at its head, whatever the head", arguments: ModelZoo.entries.map(\.name))
    func zoo(name: String) throws {
        let entry = try ModelZoo.entry(named: name)
        for head in ClassifierHead.allCases {
            let network = TracedNetwork(entry.make(3, head: head), input: entry.input)
            let paths = try network.parameters.map(\.path)
            let frozen = entry.stages.flatMap(\.self)
            for pattern in frozen { #expect(paths.contains(where: pattern.matches), "\(pattern)") }
            #expect(paths.allSatisfy { path in frozen.contains { $0.matches(path) } != entry.head.matches(path) })
            let divided = try #require(try DividedNetwork(network, freezing: frozen))
            #expect(try divided.rest.signature.outputs == ["logits": .float32([3])])
        }
    }

    /// Computes something else in training, without a place of its own.
    private struct TwoFaced: Layer {
        let dense = Dense(3)

        func callAsFunction(_ input: Value) throws -> Value {
            let scaled = try input.trace.mode == .training ? input * 2 : input
            return try dense(scaled)
        }
    }

    @Test("refuses frozen layers that compute something else in inference")
    func otherInInference() throws {
        let model = Sequential {
            TwoFaced()
            Dense(2)
        }
        let network = TracedNetwork(model, inputs: ["images": .float32([3])])
        let divided = try #require(try DividedNetwork(network, freezing: ["0"]))
        #expect { try divided.rest.signature } throws: {
            "\($0)".contains("compute something else in inference than in training")
        }
    }

    private func run(
        _ graph: Graph, _ inputs: [String: Tensor], _ weights: Weights
    ) async throws -> [String: Tensor] {
        let device = Device(ReferenceBackend())
        let program = try await device.compile(graph)
        let names = Set(graph.states.map(\.name))
        try await program.states.write(weights.namedTensors.filter { names.contains($0.name) })
        let taken = Set(graph.inputs.map(\.name))
        return try await device.run(program, inputs.filter { taken.contains($0.key) })
    }
}
