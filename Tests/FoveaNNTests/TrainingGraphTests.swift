import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@Suite("A training step as one graph")
struct TrainingGraphTests {
    private let network = Sequential {
        Conv2D(3, kernel: 3, padding: 1)
        BatchNorm2D()
        ReLU()
        MaxPool2D(2)
        Flatten()
        Dropout(0.25)
        Dense(3)
    }

    /// Losses of some steps on one batch, on the reference device, and the names of the weights that they changed.
    private func train(
        _ optimizer: any Optimizer, steps: Int, labels: [Int32] = [0, 1, 2, 1]
    ) async throws -> (losses: [Float], changed: [String]) {
        let training = try TrainingGraph(
            network, loss: CrossEntropyLoss(labelSmoothing: 0.1), optimizer: optimizer, input: [4, 1, 4, 4])
        try training.graph.verify()
        let device = Device(ReferenceBackend())
        let weights = Weights(initializing: training.parameters, seed: 1)
        let program = try await device.compile(training.graph)
        try await program.states.write(weights.namedTensors)
        var stream = CounterBasedGenerator(seed: 3, purpose: "images").stream
        let images = try Tensor([4, 1, 4, 4], (0..<64).map { _ in Float(stream.normal()) })
        var losses: [Float] = []
        for step in 1...steps {
            let results = try await device.run(
                program,
                [
                    GraphName.images: images, GraphName.labels: Tensor(integers: labels),
                    GraphName.learningRate: Tensor(scalar: Float(optimizer.learningRate)),
                    GraphName.step: Tensor(scalar: Float(step)),
                    Trace.randomKeyName: Tensor(integers: [Int32(step), 7]),
                ])
            losses.append(try #require(results[GraphName.loss]).floats[0])
        }
        let names = training.parameters.map(\.path)
        let final = try await program.states.read(names)
        return (losses, zip(names, final).filter { weights[$0] != $1 }.map(\.0))
    }

    @Test("a step draws random numbers for its dropout, and none without", arguments: [true, false])
    func dropout(isThere: Bool) throws {
        let training = try TrainingGraph(
            network, loss: CrossEntropyLoss(), optimizer: SGD(learningRate: 0.1), input: [4, 1, 4, 4],
            hasDropout: isThere)
        #expect(training.isRandom == isThere)
    }

    @Test(
        "every optimizer learns a batch by heart",
        arguments: [
            SGD(learningRate: 0.1), SGD(learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-4),
            Adam(learningRate: 0.02), AdamW(learningRate: 0.02),
        ] as [any Optimizer])
    func learns(optimizer: any Optimizer) async throws {
        let (losses, changed) = try await train(optimizer, steps: 40)
        // Batch normalization cancels the bias before it, so its gradient may be zero.
        #expect(Set(changed).union(["0.bias"]).count == 8)
        #expect(losses.suffix(5).reduce(0, +) / 5 < 0.6 * losses[0])
    }

    @Test("a label out of range gives a loss that is not finite, and leaves every weight as it was")
    func guardedUpdate() async throws {
        let (losses, changed) = try await train(SGD(learningRate: 0.1), steps: 2, labels: [0, 1, 2, 99])
        #expect(losses.map(\.isNaN) == [true, true])
        #expect(changed == [])
    }

    @Test(
        "settings of an optimizer that make no sense are refused",
        arguments: [
            (SGD(learningRate: .nan), "The learning rate is nan."),
            (SGD(learningRate: -1), "The learning rate is -1.0."),
            (SGD(learningRate: .infinity), "The learning rate is inf."), (SGD(momentum: 1), "The momentum is 1.0."),
            (SGD(nesterov: true), "Nesterov's step needs a momentum."),
            (Adam(betas: (1, 0.9)), "The first beta is 1.0."), (Adam(weightDecay: -1), "The weight decay is -1.0."),
            (AdamW(epsilon: .nan), "The epsilon is nan."),
        ] as [(any Optimizer, String)])
    func badOptimizers(optimizer: any Optimizer, problem: String) {
        #expect(error { try optimizer.validate() }?.problem == problem)
    }

    @Test("the diagnostic graph names the layers in the order in which they run, the loss last")
    func diagnosticOrder() throws {
        let diagnostic = try DiagnosticGraph(network, loss: CrossEntropyLoss(), input: [4, 1, 4, 4])
        #expect(diagnostic.layers == ["0", "1", "2", "3", "4", "5", "6", "loss"])
        try diagnostic.graph.verify()
    }
}
