public import FoveaData
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// Trains a network on a device: forward, loss, backward and update are one compiled program per batch size.
///
/// ``step(_:learningRateFactor:)`` is all it takes to write a training loop of one's own; ``fit(_:validation:preprocessing:plan:)`` is that
/// loop with epochs, validation and reports.
public actor Trainer {
    let model: any Layer
    let loss: any Loss
    let optimizer: any Optimizer
    private let states: DeviceStates
    private var device: Device { states.device }
    private let seed: UInt64
    let hasDropout: Bool
    /// The network's parameters, in its order of declaration.
    public nonisolated let parameters: [ParameterDeclaration]
    /// How many numbers the network gives for an example.
    nonisolated let outputs: Int
    /// The network being trained, in use.
    public nonisolated let classifier: Classifier
    private var programs = RecentlyUsed<Shape, (program: Program, isRandom: Bool)>()
    /// How many steps have been made.
    public private(set) var stepCount = 0

    /// Puts a network on a device.
    ///
    /// - Parameters:
    ///   - input: the shape of one example, [channels, height, width].
    ///   - weights: where training starts; drawn from the seed when not given.
    ///   - hasDropout: false passes everything where the network has dropout, so that losses can be compared with
    ///     another library's, whose masks differ.
    /// - Throws: ``FoveaError`` when a layer does not fit, naming it, or when the weights are not the network's or not
    ///   finite.
    public init(
        _ model: any Layer, input: Shape, loss: any Loss = CrossEntropyLoss(), optimizer: any Optimizer, device: Device,
        seed: UInt64 = 42, weights: Weights? = nil, hasDropout: Bool = true
    ) async throws {
        try optimizer.validate()
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        states = DeviceStates(on: device)
        self.seed = seed
        self.hasDropout = hasDropout
        let network = try InferenceGraph(model, input: Shape([1] + input.dimensions))
        parameters = network.parameters
        outputs = network.output.shape.dimensions.last ?? 0
        try AvailableMemory.require(2 * parameters.byteCount, for: "the network's weights")
        classifier = Classifier(model, loss: loss, sharing: states)
        try await load(weights ?? Weights(initializing: parameters, seed: seed), source: "the start")
    }

    /// Replaces the network's weights; what the optimizer keeps stays as it is.
    ///
    /// - Parameter source: where the weights come from, for errors.
    /// - Throws: ``FoveaError`` when the weights are not the network's, with all differences, or not finite.
    public func load(_ weights: Weights, source: String) async throws {
        let fitted = try weights.fitted(to: parameters, source: source)
        try fitted.expectFinite(source: source)
        try await states.write(fitted.namedTensors)
    }

    /// One step of training on one batch.
    ///
    /// - Parameter learningRateFactor: multiplies the optimizer's learning rate.
    /// - Throws: ``FoveaError`` that names the step and the first layer with a value that is not finite, when the loss is
    ///   not; the weights are then those before the step.
    public func step(_ batch: Batch, learningRateFactor: Double = 1) async throws -> StepReport {
        guard learningRateFactor.isFinite else {
            throw FoveaError(
                .usage, "The factor of the learning rate is \(learningRateFactor).", remedy: "Use a finite number.")
        }
        let (program, isRandom) = try await stepProgram(for: batch.images.shape)
        try batch.expectLabels(within: program)
        let inputs = StepInputs(
            batch: batch, learningRate: optimizer.learningRate * learningRateFactor, seed: isRandom ? seed : nil)
        // Taken before the device is waited for: others may ask for a step meanwhile.
        stepCount += 1
        let number = stepCount
        let results = try await device.run(program, inputs.ofStep(number))
        let loss = try results.tensor(GraphName.loss).floats[0]
        guard loss.isFinite else {
            stepCount -= 1
            throw try await divergence(loss, batch, step: number)
        }
        let predictions = try results.tensor(GraphName.logits).rankings(limit: 1)
        let labels = try batch.labels.doubles
        return StepReport(
            step: number, loss: loss, count: labels.count,
            correct: zip(predictions, labels).count { $0[0] == Int($1) },
            learningRate: optimizer.learningRate * learningRateFactor)
    }

    /// The program of a step on batches of images of this shape; compiled now, unless it has been already.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory, or the images do not fit.
    public func program(for images: Shape) async throws -> Program { try await stepProgram(for: images).program }

    /// Steps on the same batch again and again without leaving the device's thread: for measurements.
    ///
    /// - Returns: each step's time and loss.
    /// - Throws: as ``step(_:learningRateFactor:)``.
    public func timedSteps(_ batch: Batch, _ length: SeriesLength) async throws -> [TimedRun<Float>] {
        let (program, isRandom) = try await stepProgram(for: batch.images.shape)
        guard let lossPosition = program.outputs.firstIndex(of: GraphName.loss) else {
            throw FoveaError(.internalDefect, "The program has no output named `\(GraphName.loss)`.")
        }
        try batch.expectLabels(within: program)
        let inputs = StepInputs(
            batch: batch, learningRate: optimizer.learningRate, seed: isRandom ? seed : nil)
        let first = stepCount + 1
        do {
            let steps = try await device.series(of: program, length) { number in
                try program.ordered(inputs.ofStep(first + number))
            } keeping: { number, outputs in
                let loss = try outputs[lossPosition].read().floats[0]
                guard loss.isFinite else { throw Divergence(finiteCount: number, loss: loss) }
                return loss
            }
            stepCount += steps.count
            return steps
        } catch let diverged as Divergence {
            stepCount += diverged.finiteCount
            throw try await divergence(diverged.loss, batch, step: stepCount + 1)
        }
    }

    /// Measures each node of a few steps on the same batch, each with its update.
    ///
    /// - Throws: as ``step(_:learningRateFactor:)``, but a loss that is not finite is no error.
    public func explain(_ batch: Batch, runs: Int) async throws -> Explanation {
        let (program, isRandom) = try await stepProgram(for: batch.images.shape)
        try batch.expectLabels(within: program)
        let inputs = StepInputs(
            batch: batch, learningRate: optimizer.learningRate, seed: isRandom ? seed : nil)
        let first = stepCount + 1
        stepCount += runs
        return try await device.explain(program, runs: runs) { number in
            try program.ordered(inputs.ofStep(first + number))
        }
    }

    /// The network's weights as they are now.
    public func weights() async throws -> Weights {
        let names = parameters.map(\.path)
        let tensors = try await states.read(names)
        return Weights(zip(names, tensors))
    }

    private func stepProgram(for shape: Shape) async throws -> (program: Program, isRandom: Bool) {
        if let known = programs.value(for: shape) { return known }
        try expectExamples(in: shape)
        let training = try TrainingGraph(
            model, loss: loss, optimizer: optimizer, input: shape, hasDropout: hasDropout)
        let optimized = try device.optimized(training.graph)
        try await batchMemory.require(optimized, for: shape)
        let compiled = (program: try await device.compile(optimized, states: states), isRandom: training.isRandom)
        programs.insert(compiled, for: shape)
        return compiled
    }

    private var batchMemory: BatchMemory {
        BatchMemory(states: states, purpose: "training") { [model, loss, optimizer, hasDropout, device] images in
            try device.optimized(
                TrainingGraph(model, loss: loss, optimizer: optimizer, input: images, hasDropout: hasDropout).graph)
        }
    }

    /// What to say of a loss that is not finite: the first layer whose result is not.
    private func divergence(_ loss: Float, _ batch: Batch, step: Int) async throws -> FoveaError {
        if let fault = try batch.imageFault { return fault }
        let diagnostic = try DiagnosticGraph(
            model, loss: self.loss, input: batch.images.shape, hasDropout: hasDropout)
        var inputs = batch.values
        if diagnostic.isRandom { inputs[Trace.randomKeyName] = StepInputs.randomKey(step: step, seed: seed) }
        let cause = try await NonFiniteCause(states: states, diagnostic: diagnostic)
            .described(for: inputs)
        return FoveaError(
            .badData,
            "Training diverged: the loss of step \(step) is \(loss.isNaN ? "not a number" : "infinite"); \(cause).",
            remedy: "Lower the learning rate (it is \(optimizer.learningRate)), or check the data.")
    }
}

/// A series of steps that came to a loss that is not finite.
private struct Divergence: Error {
    /// How many steps of the series went well.
    let finiteCount: Int
    let loss: Float
}

/// What steps on one batch are given.
private struct StepInputs: Sendable {
    let batch: Batch
    let learningRate: Double
    /// Nil where the step draws no random numbers.
    let seed: UInt64?

    /// - Parameter step: the number of the step from 1.
    func ofStep(_ step: Int) -> [String: Tensor] {
        var inputs = batch.values
        inputs[GraphName.learningRate] = Tensor(scalar: Float(learningRate))
        inputs[GraphName.step] = Tensor(scalar: Float(step))
        if let seed { inputs[Trace.randomKeyName] = Self.randomKey(step: step, seed: seed) }
        return inputs
    }

    /// The key of a step's random numbers.
    static func randomKey(step: Int, seed: UInt64) -> Tensor {
        let key = CounterBasedGenerator(seed: seed, purpose: "step").derived(UInt64(step - 1)).key
        return Tensor(integers: [Int32(bitPattern: key[0]), Int32(bitPattern: key[1])])
    }
}

/// What one step of training did.
public struct StepReport: Hashable, Sendable {
    /// The number of the step, from 1.
    public let step: Int
    /// The mean loss of the batch, before the update.
    public let loss: Float
    /// The number of examples.
    public let count: Int
    /// How many of them were classified correctly, before the update.
    public let correct: Int
    public let learningRate: Double
}
