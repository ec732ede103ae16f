import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

/// A convolution over one axis, as a user writes it with the library's public interface.
private struct SequenceConvolution: Layer {
    private let filters: Int
    private let axis: Window.Axis
    private let weight = Parameter(.kaimingUniform())
    private let bias = Parameter(.uniformFanIn)

    init(_ filters: Int, kernel: Int, padding: Int = 0) {
        self.filters = filters
        axis = Window.Axis(kernel: kernel, before: padding, after: padding)
    }

    func callAsFunction(_ input: Value) throws -> Value {
        let (channels, kernel) = (input.shape[1], axis.kernel)
        let (fanIn, fanOut) = (channels * kernel, filters * kernel)
        let trace = try input.trace
        let filters = try weight.value([filters, channels, kernel], fanIn: fanIn, fanOut: fanOut, in: trace)
        let shift = try bias.value([self.filters], fanIn: fanIn, fanOut: fanOut, in: trace)
        return try Convolution(Window(axes: [axis])).applied(to: input, filters, shift)
    }
}

/// LeNet-5 over sequences: two convolutions with pooling and a normalization, three fully connected layers.
private struct SequenceLeNet: Layer {
    /// Batch normalization over one axis, with the batch's own statistics.
    private struct Normalization: Layer {
        let weight = Parameter(.ones)
        let bias = Parameter(.zeros)

        func callAsFunction(_ input: Value) throws -> Value {
            let (channels, trace) = (input.shape[1], try input.trace)
            func declare(_ parameter: Parameter) throws -> Value {
                try parameter.value([channels], fanIn: channels, fanOut: channels, in: trace)
            }
            return try BatchNormalization().results(on: [input, declare(weight), declare(bias)])[0]
        }
    }

    let conv1 = SequenceConvolution(6, kernel: 5, padding: 2)
    private let norm1 = Normalization()
    let conv2 = SequenceConvolution(16, kernel: 5)
    let fc1 = Dense(120)
    let fc2 = Dense(84)
    let fc3 = Dense(4)

    func callAsFunction(_ input: Value) throws -> Value {
        let relu = ReLU()
        func pool(_ value: Value) throws -> Value {
            try MaxPooling(Window(axes: [.init(kernel: 2, stride: 2)])).results(on: [value])[0]
        }
        var x = try pool(relu(norm1(conv1(input))))
        x = try pool(relu(conv2(x)))
        x = try relu(fc1(Flatten()(x)))
        return try fc3(relu(fc2(x)))
    }
}

@Suite("LeNet over sequences")
struct SequenceNetworkTests {
    /// Waves of four frequencies in noise, 1×64, with the frequency as their class.
    private func batch(_ step: Int) throws -> Batch {
        var stream = CounterBasedGenerator(seed: UInt64(step), purpose: "waves").stream
        let classes = (0..<16).map { Int32(($0 + step) % 4) }
        let waves = classes.flatMap { frequency -> [Float] in
            let phase = Float(stream.uniform()) * 6
            return (0..<64).map { place in
                let angle = phase + Float(place) * Float(frequency + 1) * 0.4
                // One period of a triangle.
                let turn = (angle / 6.2832).truncatingRemainder(dividingBy: 1)
                return 4 * abs(turn - 0.5) - 1 + 0.3 * Float(stream.normal())
            }
        }
        return Batch(
            indices: Array(0..<16), images: try Tensor([16, 1, 64], waves), labels: Tensor(integers: classes))
    }

    private func losses(on backend: any Backend) async throws -> [Float] {
        let trainer = try await Trainer(
            SequenceLeNet(), input: [1, 64], optimizer: SGD(learningRate: 0.02, momentum: 0.9),
            device: Device(backend), seed: 3)
        var losses: [Float] = []
        for step in 0..<40 { losses.append(try await trainer.step(batch(step)).loss) }
        return losses
    }

    @Test("learns, and the CPU backend's loss curve is the reference's within 1e-4")
    func training() async throws {
        let expected = try await losses(on: ReferenceBackend())
        let losses = try await losses(on: CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
        let (first, last) = (losses.prefix(4).reduce(0, +) / 4, losses.suffix(4).reduce(0, +) / 4)
        #expect(last < 0.5 * first, "\(losses)")
        let error = zip(losses, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(error < 1e-4)
    }

    @Test("runs on the CPU backend without falling back")
    func fallbacks() async throws {
        let trainer = try await Trainer(
            SequenceLeNet(), input: [1, 64], optimizer: SGD(learningRate: 0.02),
            device: Device(try CPUBackend(threads: 1)))
        #expect(try await trainer.program(for: [16, 1, 64]).fallbacks.isEmpty)
    }
}
