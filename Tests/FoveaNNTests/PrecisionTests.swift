import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@Suite("Precision")
struct PrecisionTests {
    private let network = Sequential {
        Conv2D(3, kernel: 3, padding: 1)
        BatchNorm2D()
        ReLU()
        MaxPool2D(2)
        AdaptiveAvgPool2D(3)
        Flatten()
        Dropout(0.25)
        Dense(3)
    }

    private func training(_ precision: Precision) throws -> TrainingGraph {
        try TrainingGraph(
            network, loss: CrossEntropyLoss(labelSmoothing: 0.1), optimizer: SGD(learningRate: 0.1, momentum: 0.9),
            input: [4, 1, 8, 8], precision: precision)
    }

    private static let mixed = [
        Precision.bfloat16, .float16, .float64, try? Precision(arithmetic: .bfloat16, parameters: .bfloat16),
    ].compactMap(\.self)

    @Test(
        "layers compute in one type; parameters, statistics, normalization, loss and updates are of another",
        arguments: mixed)
    func types(precision: Precision) throws {
        let training = try training(precision)
        try training.graph.verify()
        #expect(training.parameters.allSatisfy { $0.type.dataType == precision.parameters })
        #expect(training.slots.allSatisfy { $0.type.dataType == precision.parameters })
        #expect(training.graph.states.allSatisfy { $0.type.dataType == precision.parameters })
        var seen: Set<String> = []
        for node in training.graph.nodes {
            let name = node.operation.operationName
            let expected: DataType? =
                switch name {
                case "Convolution", "ConvolutionFilterGradient", "ReLU", "MaxPooling", "MatrixMultiplication",
                    "RandomMask":
                    precision.arithmetic
                case "BatchNormalization", "MovingAverage", "SoftmaxCrossEntropy", "LogSoftmax", "SGDUpdate":
                    precision.parameters
                default: nil
                }
            guard let expected else { continue }
            seen.insert(name)
            #expect(node.results[0].dataType == expected, "\(name)")
        }
        #expect(seen.count == 11)
        let outputs = training.graph.outputs.map { training.graph.type(of: $0.value).dataType }
        #expect(outputs.allSatisfy { $0 == precision.parameters })
        #expect(training.graph.inputs.allSatisfy { [.float32, .int32].contains($0.type.dataType) })
    }

    @Test("single precision throughout casts nothing")
    func single() throws {
        #expect(try training(.float32).graph.nodes.allSatisfy { !($0.operation is Cast) })
    }

    @Test("a network learns in each, its weights converted to their type", arguments: mixed + [.float32])
    func learning(precision: Precision) async throws {
        let training = try training(precision)
        let device = Device(ReferenceBackend())
        let program = try await device.compile(training.graph)
        let single = Weights(initializing: try self.training(.float32).parameters, seed: 1)
        let weights = try single.fitted(to: training.parameters, source: "a network in float32")
        #expect(weights.namedTensors.allSatisfy { $0.tensor.dataType == precision.parameters })
        try await program.states.write(weights.namedTensors)
        var stream = CounterBasedGenerator(seed: 3, purpose: "images").stream
        let images = try Tensor([4, 1, 8, 8], (0..<256).map { _ in Float(stream.normal()) })
        var losses: [Double] = []
        for step in 1...12 {
            let results = try await device.run(
                program,
                [
                    GraphName.images: images, GraphName.labels: Tensor(integers: [0, 1, 2, 1]),
                    GraphName.learningRate: Tensor(scalar: 0.1), GraphName.step: Tensor(scalar: Float(step)),
                    Trace.randomKeyName: Tensor(integers: [0, 7]),
                ])
            losses.append(try #require(results[GraphName.loss]).doubles[0])
        }
        let (first, last) = (losses[0], try #require(losses.last))
        #expect(last < first / 2, "\(losses)")
    }

    @Test("parameters of integers, and arithmetic with truth values, are refused")
    func refusals() throws {
        let arithmetic = #expect(throws: FoveaError.self) { try Precision(arithmetic: .bool) }
        #expect(arithmetic?.problem == "A network computes with floating-point numbers, not bool.")
        #expect(arithmetic?.remedy == "Use one of float32, float64, float16, bfloat16.")
        let parameters = #expect(throws: FoveaError.self) { try Precision(arithmetic: .float16, parameters: .int8) }
        #expect(parameters?.problem == "A network keeps parameters in floating-point numbers, not int8.")
    }
}
