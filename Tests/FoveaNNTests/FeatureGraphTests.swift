import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@Suite("A network up to a layer")
struct FeatureGraphTests {
    private static let images: Named<TensorType> = [GraphName.images: .float32([2, 3, 64, 64])]

    private func features(
        _ layer: any Layer, _ path: String? = nil, _ pooling: FeatureGraph.Pooling = .average
    ) throws -> FeatureGraph {
        try FeatureGraph(
            TracedNetwork(layer, input: [3, 64, 64]), layer: path, pooling: pooling, batch: Self.images)
    }

    @Test(
        "is by default what the last layer with parameters reads, averaged over space",
        arguments: [
            ("squeezenet1_1", "features.12", 512), ("resnet18", "globalavgpool2d", 512),
            ("resnet50", "globalavgpool2d", 2048),
            ("mobilenet_v2", "classifier.0", 1280), ("vgg11", "classifier.4", 4096),
            ("smallcnn", "globalavgpool2d", 64),
        ])
    func standard(name: String, layer: String, size: Int) throws {
        let entry = try ModelZoo.entry(named: name)
        let features = try FeatureGraph(
            TracedNetwork(entry.make(5), input: entry.input),
            batch: [
                GraphName.images: .float32(Shape([1] + entry.input.dimensions))
            ])
        #expect(features.layer == layer && features.output == .float32([size]))
        let above = features.networkParameters.suffix(2).map(\.path)
        #expect(
            features.parameters.map(\.path) == features.networkParameters.dropLast(2).map(\.path), "\(above) are above")
    }

    @Test("is below the whole head where that has several layers")
    func heads() throws {
        let network = MobileNetV2(classes: 5, head: .mlp)
        let traced = TracedNetwork(network, input: [3, 64, 64])
        #expect(try FeatureGraph(traced, batch: Self.images).output == .float32([512]))
        #expect(try FeatureGraph(traced, head: "classifier", batch: Self.images).output == .float32([1280]))
    }

    @Test("ends at the result of a layer, of a block, or of a sequence")
    func places() throws {
        let network = SqueezeNet()
        // A block that joins two convolutions gives both.
        #expect(try features(network, "features.3").output == .float32([128]))
        #expect(try features(network, "features.3.expand1x1").output == .float32([64]))
        #expect(try features(network, "features").output == features(network, "features.12").output)
        #expect(try features(network, "features.2", .none).output == .float32([64, 15, 15]))
        #expect(try features(network, "classifier.3").output == .float32([1000]))
        let residual = ResNet.resNet18()
        #expect(try features(residual, "layer1", .none).output == .float32([64, 16, 16]))
        let block = try features(residual, "layer1.0")
        #expect(block.parameters.map(\.path).last == "layer1.0.bn2.running_var")
    }

    @Test("gives the numbers that the whole network gives there")
    func numbers() async throws {
        let network = Sequential {
            Conv2D(4, kernel: 3)
            ReLU()
            GlobalAvgPool2D()
            Dense(3)
        }
        let whole = try InferenceGraph(network, input: [2, 3, 64, 64])
        let below = try features(network)
        let device = Device(ReferenceBackend())
        let weights = Weights(initializing: whole.parameters, seed: 3)
        let images = try Tensor([2, 3, 64, 64], (0..<2 * 3 * 64 * 64).map { Float($0 % 17) / 17 - 0.5 })
        func results(_ graph: Graph, _ inputs: [String: Tensor]) async throws -> [String: Tensor] {
            let program = try await device.compile(graph)
            try await program.states.write(weights.namedTensors)
            return try await device.run(program, inputs)
        }
        let features = try #require(try await results(below.graph, [GraphName.images: images])[FeatureGraph.outputName])
        #expect(features.shape == [2, 4])
        let head = try InferenceGraph(
            TracedNetwork(Sequential { Dense(3).named("3") }, inputs: [GraphName.images: .float32([4])]),
            batch: [GraphName.images: .float32([2, 4])])
        let logits = try #require(try await results(head.graph, [GraphName.images: features])[GraphName.logits])
        #expect(try await results(whole.graph, [GraphName.images: images])[GraphName.logits] == logits)
        // An average over space that the network does not take itself.
        let pooled = try #require(
            try await results(try self.features(network, "1").graph, [GraphName.images: images])[
                FeatureGraph.outputName])
        #expect(zip(pooled.floats, features.floats).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("holds nothing of what lies above")
    func small() throws {
        let graph = try features(SqueezeNet(), "features.0").graph
        #expect(graph.states.map(\.name).sorted() == ["features.0.bias", "features.0.weight"])
        #expect(graph.inputs.map(\.name) == [GraphName.images])
    }

    @Test("suggests the nearest paths where there is no such layer")
    func mistakes() throws {
        func problem(_ path: String) throws -> String {
            let error = try #require(throws: FoveaError.self) { try features(SqueezeNet(), path) }
            #expect(error.code == .usage)
            return error.description
        }
        #expect(
            try problem("features.13").contains("The network has no layer `features.13`. Did you mean `features.1`"))
        #expect(try problem("feature").contains("Did you mean `features`"))
        #expect(try problem("transformer.blocks").contains("`fovea summary` lists them."))
        #expect(try !problem("transformer.blocks").contains("Did you mean"))
        #expect(try problem("").contains("The network has no layer ``."))
        let error = #expect(throws: FoveaError.self) { try features(ReLU()) }
        #expect(error?.description.contains("No layer of the network has parameters") == true)
    }
}
