public import FoveaGraph

/// A small network drawn at random from the parts of real ones: convolutions with normalization, residuals and
/// activations, branches that are joined, pooling, and values that several nodes or the caller read. In training with
/// its gradients, running statistics and the optimizer's updates.
public struct RandomNetwork: Sendable {
    public let graph: Graph
    private let seed: UInt64
    private let draws: [String: OperandDraw]

    public init(seed: UInt64, training: Bool) throws {
        self.seed = seed
        var maker = Maker(seed: seed, training: training)
        try maker.make()
        graph = maker.builder.graph
        draws = maker.draws
    }

    /// The inputs of a run.
    public func inputs(run: Int) -> [String: Tensor] {
        let tensors = graph.inputs.map { ($0.name, tensor($0.name, $0.type, "run \(run)")) }
        return Dictionary(tensors) { first, _ in first }
    }

    /// The states' initial values.
    public var states: [(name: String, tensor: Tensor)] {
        graph.states.map { ($0.name, tensor($0.name, $0.type, "states")) }
    }

    private func tensor(_ name: String, _ type: TensorType, _ purpose: String) -> Tensor {
        let generator = CounterBasedGenerator(seed: seed, purpose: "\(purpose) \(name)")
        return Tensor(elements: (draws[name] ?? OperandDraw(type.shape)).elements(generator), type)
    }
}

/// Draws a network layer by layer.
private struct Maker {
    let builder = GraphBuilder()
    let training: Bool
    var random: CounterBasedGenerator.Stream
    var draws: [String: OperandDraw] = [:]
    /// The values that later layers may read.
    private var images: [Value] = []
    private var parameters: [(name: String, value: Value)] = []

    init(seed: UInt64, training: Bool) {
        self.training = training
        random = CounterBasedGenerator(seed: seed, purpose: "network").stream
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
    private mutating func happens(_ probability: Double) -> Bool { random.uniform() < probability }

    /// The newest value more often than not.
    private mutating func image() -> Value { happens(0.7) ? images[images.count - 1] : pick(images) }

    mutating func make() throws {
        let input: Shape = [pick([2, 3]), pick([1, 3, 4, 16]), pick([6, 7, 9]), pick([6, 8])]
        images = [try builder.input("x", .float32(input))]
        for index in 0..<Int.random(in: 2...7, using: &random) {
            builder.location = Location(path: "layer\(index)", layer: "Random")
            images.append(try layer(index))
            if happens(0.15) { builder.output("image\(index)", images[images.count - 1]) }
        }
        builder.location = Location(path: "fc", layer: "Dense")
        let features = images[images.count - 1]
        let pooled = try Reshape(to: [input[0], features.shape[1]])
            .applied(to: GlobalAveragePooling().applied(to: features))
        let logits = try MatrixMultiplication(transposingRight: true)
            .applied(to: pooled, parameter("fc.weight", [5, features.shape[1]]), parameter("fc.bias", [5]))
        builder.output("logits", logits)
        if training { try train(logits) }
    }

    private mutating func layer(_ index: Int) throws -> Value {
        let image = image()
        switch Int.random(in: 0..<10, using: &random) {
        case 0 where min(image.shape[2], image.shape[3]) >= 4:
            return try happens(0.5)
                ? MaxPooling(Window(kernel: 2, stride: 2)).results(on: [image])[0]
                : AveragePooling(Window(kernel: 3, stride: 2, padding: .init(1))).applied(to: image)
        case 1: return try activation(on: image)
        case 2:
            // Numbers that follow from constants.
            let constants = try [
                builder.constant(0.5), builder.constant(Tensor(repeating: 0.25, .float32([1, 1, 1]))),
            ]
            return try image * (constants[0] + constants[1])
        case 3:
            // Branches that are joined and narrowed, or pooled and narrowed, as SqueezeNet's.
            let name = "layer\(index)"
            var value = try Concatenation(axis: 1).applied(
                to: activation(on: pointwise(image, 8, name + ".left")),
                activation(on: pointwise(image, 16, name + ".right")))
            if happens(0.5), min(value.shape[2], value.shape[3]) >= 4 {
                value = try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [value])[0]
            }
            return try activation(on: pointwise(value, 4, name + ".narrow"))
        case 4:
            let others = images.filter {
                $0.shape.dimensions[2...] == image.shape.dimensions[2...] && $0.shape[1] <= 16
            }
            return try Concatenation(axis: 1).results(on: [image, pick(others.isEmpty ? [image] : others)])[0]
        case 5...6 where image.shape[1] > 1 && image.shape[0] * image.shape[2] * image.shape[3] >= 16:
            return try residualBlock(on: image, "layer\(index)")
        default: return try convolutionBlock(on: image, "layer\(index)")
        }
    }

    /// Convolution, and then perhaps normalization, a residual and an activation.
    private mutating func convolutionBlock(on image: Value, _ path: String) throws -> Value {
        let channels = image.shape[1]
        // As many filters as some other value has channels, so that residuals fit.
        let filters = happens(0.5) ? pick(images).shape[1] : pick([4, 8, 16, 17, 32])
        let groups = pick([1, 1, 1, 2, channels].filter { channels % $0 == 0 && filters % $0 == 0 })
        let kernel = pick([1, 3, 3, Window.Extent(3, 2)] as [Window.Extent])
        let window = try Window(
            kernel: kernel, stride: pick([1, 1, 1, 2]), padding: .init(kernel == 1 ? 0 : 1))
        let isNormalized = happens(0.6)
        // Before a normalization in training, the gradient of a bias is only rounding error.
        let hasBias = happens(0.5) && !(isNormalized && training)
        let operands = [
            image,
            try parameter(path + ".weight", [filters, channels / groups, kernel.height, kernel.width]),
        ]
        var value = try Convolution(window, groups: groups)
            .results(on: operands + (hasBias ? [parameter(path + ".bias", [filters])] : []))[0]
        // In training, statistics of few elements amplify rounding.
        let elementsPerChannel = value.shape[0] * value.shape[2] * value.shape[3]
        if isNormalized, !training || elementsPerChannel >= 16 { value = try normalization(of: value, path) }
        if happens(0.1) { images.append(value) }
        let residuals = images.filter { $0.type == value.type && $0.id != value.id }
        if happens(0.6), !residuals.isEmpty {
            let residual = pick(residuals)
            value = try happens(0.5) ? value + residual : residual + value
        }
        return happens(0.7) ? try activation(on: value) : value
    }

    private mutating func pointwise(_ image: Value, _ filters: Int, _ path: String) throws -> Value {
        let operands = [image, try parameter(path + ".weight", [filters, image.shape[1], 1, 1])]
        return try Convolution(Window(kernel: 1)).results(on: operands + [parameter(path + ".bias", [filters])])[0]
    }

    /// Two normalized convolutions beside a shortcut.
    private mutating func residualBlock(on image: Value, _ path: String) throws -> Value {
        let channels = image.shape[1]
        func convolved(_ value: Value, _ name: String, kernel: Int) throws -> Value {
            let window = try Window(kernel: .init(kernel), padding: .init(kernel / 2))
            let filters = try parameter(path + name + ".weight", [channels, channels, kernel, kernel])
            return try normalization(of: Convolution(window).applied(to: value, filters), path + name)
        }
        let rectifiers: [any UnaryOperation] = [ReLU(), ReLU6()]
        let first = try builder.add(pick(rectifiers), [convolved(image, ".conv1", kernel: 3)])[0]
        let second = try convolved(first, ".conv2", kernel: 1)
        let shortcut = happens(0.6) ? image : try convolved(image, ".shortcut", kernel: 1)
        let sum = try happens(0.5) ? second + shortcut : shortcut + second
        return happens(0.7) ? try builder.add(pick(rectifiers), [sum])[0] : sum
    }

    private mutating func activation(on value: Value) throws -> Value {
        let activations: [any UnaryOperation] = [
            ReLU(), ReLU(), ReLU(), ReLU6(), LeakyReLU(negativeSlope: 0.1), SiLU(), Tanh(), HardSwish(), Absolute(),
        ]
        return try builder.add(pick(activations), [value])[0]
    }

    private mutating func normalization(of value: Value, _ path: String) throws -> Value {
        let shape: Shape = [value.shape[1]]
        let (scale, bias) = (try parameter(path + ".scale", shape), try parameter(path + ".shift", shape))
        let mean = try state(path + ".mean", OperandDraw(shape, .normal(deviation: 0.3)))
        let variance = try state(path + ".variance", OperandDraw(shape, .positive))
        guard training else {
            return try BatchNormalizationInference(epsilon: pick([1e-5, 1e-3]))
                .applied(to: value, scale, bias, mean, variance)
        }
        let results = try BatchNormalization().results(on: [value, scale, bias])
        builder.update(path + ".mean", to: try MovingAverage(momentum: 0.1).applied(to: mean, results[1]))
        builder.update(
            path + ".variance", to: try MovingAverage(momentum: 0.1, correction: 1.5).applied(to: variance, results[2]))
        return results[0]
    }

    /// A trainable state of a size that keeps activations near 1.
    private mutating func parameter(_ name: String, _ shape: Shape) throws -> Value {
        let fanIn = shape.rank == 1 ? 4 : shape.elementCount / shape[0]
        let value = try state(name, OperandDraw(shape, .normal(deviation: (1.5 / Double(fanIn)).squareRoot())))
        parameters.append((name, value))
        return value
    }

    private mutating func state(_ name: String, _ draw: OperandDraw) throws -> Value {
        draws[name] = draw
        return try builder.state(name, .float32(draw.shape))
    }

    /// The loss, its gradients and the updates.
    private mutating func train(_ logits: Value) throws {
        let batch = logits.shape[0]
        draws["labels"] = OperandDraw([batch], .classIndices(below: 5))
        let labels = try builder.input("labels", TensorType([batch], .int32))
        let losses = try SoftmaxCrossEntropy().applied(to: logits, labels)
        let loss = try ReduceMean(axes: [0]).applied(to: losses)
        builder.output("loss", loss)
        builder.updateOnlyIfFinite(loss)
        let momentum = pick([0, 0.5])
        let rate = try builder.constant(0.2)
        let gradients = try builder.gradients(of: loss, with: parameters.map(\.value))
        for ((name, value), gradient) in zip(parameters, gradients) {
            let velocity = momentum == 0 ? [] : [try state("momentum/\(name)", OperandDraw(value.shape, .constant(0)))]
            let results = try SGDUpdate(momentum: momentum).results(on: [value, gradient, rate] + velocity)
            builder.update(name, to: results[0])
            if momentum != 0 { builder.update("momentum/\(name)", to: results[1]) }
        }
    }
}
