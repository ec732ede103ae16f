import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

/// Layers with side effects that a network calls more than once.
@Suite("A layer that is used twice")
struct SharedLayerTests {
    /// One normalization for two inputs that differ.
    private struct Twice: Layer {
        let bn = BatchNorm2D(momentum: 0.25)
        let fc = Dense(2)

        func callAsFunction(_ input: Value) throws -> Value {
            try fc(Flatten()(bn(bn(input) * 3 + 1)))
        }
    }

    private let images = [1, -2, 0.5, 4, 3, -1, 2, 0] as [Float]
    private let input: Shape = [4, 1, 1, 2]

    @Test("moves the statistics of a normalization twice in a step, the second time from where the first one left them")
    func statistics() async throws {
        let training = try TrainingGraph(
            Twice(), loss: CrossEntropyLoss(), optimizer: SGD(learningRate: 0), input: input)
        let device = Device(ReferenceBackend())
        let program = try await device.compile(training.graph)
        let weights = Weights(initializing: training.parameters, seed: 1)
        try await program.states.write(weights.namedTensors)
        _ = try await device.run(
            program,
            [
                GraphName.images: try Tensor(input, images), GraphName.labels: Tensor(integers: [0, 1, 0, 1]),
                GraphName.learningRate: Tensor(scalar: 0), GraphName.step: Tensor(scalar: 1),
            ])
        // The first result has mean 0 and variance v / (v + ε); the second input is three times that, plus 1.
        let count = Double(images.count)
        let mean = images.map(Double.init).reduce(0, +) / count
        let variance = images.map { (Double($0) - mean) * (Double($0) - mean) }.reduce(0, +) / count
        let (secondMean, secondVariance) = (1.0, 9 * variance / (variance + 1e-5))
        let unbiased = count / (count - 1)
        let expectedMean = 0.75 * (0.25 * mean) + 0.25 * secondMean
        let expectedVariance = 0.75 * (0.75 + 0.25 * unbiased * variance) + 0.25 * unbiased * secondVariance
        let kept = try await program.states.read(["bn.running_mean", "bn.running_var"]).map { Double($0.floats[0]) }
        #expect(abs(kept[0] - expectedMean) < 1e-6)
        #expect(abs(kept[1] - expectedVariance) < 1e-5)
    }

    @Test("looking for the layer that diverged moves no statistics")
    func diagnosis() throws {
        let diagnostic = try DiagnosticGraph(Twice(), loss: CrossEntropyLoss(), input: input)
        #expect(diagnostic.graph.updates.isEmpty)
    }

    @Test("a network within a network, used twice, trains as one")
    func sharedBlock() throws {
        struct Block: Layer {
            let conv = Conv2D(3, kernel: 3, padding: 1, bias: false)
            let bn = BatchNorm2D()
            func callAsFunction(_ input: Value) throws -> Value { try ReLU()(bn(conv(input))) }
        }
        let block = Block()
        let network = Sequential {
            Conv2D(3, kernel: 1)
            block
            Shared(block)
            Flatten()
            Dense(2)
        }
        let training = try TrainingGraph(
            network, loss: CrossEntropyLoss(), optimizer: SGD(learningRate: 0.1, momentum: 0.9), input: [2, 3, 4, 4])
        try training.graph.verify()
        #expect(training.graph.updates.count { $0.state.hasSuffix("running_mean") } == 1)
    }
}
