public import FoveaData
import FoveaFormats
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// Trains a network on a device: forward, loss, backward and update are one compiled program per batch size.
///
/// ``step(_:learningRateFactor:)`` is all it takes to write a custom training loop;
/// ``fit(_:validation:preprocessing:plan:)`` is that loop with epochs, validation and reports.
public actor Trainer {
    let network: TracedNetwork
    let objective: any Objective
    /// The rule by which the network is changed.
    public nonisolated let rule: UpdateRule
    let states: DeviceStates
    nonisolated let staging: BatchStaging
    private nonisolated var device: Device { states.device }
    /// Seed of the random numbers of steps.
    public internal(set) var seed: UInt64
    /// The network's inputs and outputs.
    public nonisolated let signature: Signature
    /// The types of one example of a batch: the network's inputs and the objective's targets.
    public nonisolated let exampleTypes: Named<TensorType>
    /// The network's parameters, in its order of declaration.
    public nonisolated let parameters: [ParameterDeclaration]
    /// The network being trained, in inference.
    public nonisolated let predictor: Predictor
    /// The same, for a network that classifies images.
    public nonisolated let classifier: Classifier
    /// The same as ``predictor``, with the averages of the weights; made when it is first needed.
    private var averagedPredictor: (predictor: Predictor, states: DeviceStates)?
    private var programs = RecentlyUsed<StepKind, StepProgram>()
    /// Number of steps made, one for each batch.
    public internal(set) var stepCount = 0
    /// Whether a step ended with a loss or gradients that were not finite, though its batch was.
    private(set) var hasDiverged = false
    /// Position in the data of the last step of a fit.
    public internal(set) var place = DataPlace()

    private struct StepKind: Hashable {
        let examples: Int
        let phase: AccumulationPhase
        /// The types of one example's targets.
        let targets: Named<TensorType>
    }

    /// The program of a step, and its inputs and outputs besides the batch and the loss.
    fileprivate struct StepProgram {
        let program: Program
        let phase: AccumulationPhase
        let isRandom: Bool
        let learningRates: [LearningRateInput]
        let metrics: [String]
    }

    /// Puts a network that classifies images on a device.
    ///
    /// - Parameters:
    ///   - input: the shape of one example, [channels, height, width].
    ///   - weights: initial weights; drawn from the seed by default.
    ///   - hasDropout: false turns dropout off, so that losses can be compared with another library's, whose masks
    ///     differ.
    /// - Throws: ``FoveaError`` when a layer does not fit, naming it, or when the weights are not the network's or not
    ///   finite.
    public init(
        _ model: any Layer, input: Shape, loss: any Loss = CrossEntropyLoss(), optimizer: any Optimizer, device: Device,
        seed: UInt64 = 42, weights: Weights? = nil, hasDropout: Bool = true
    ) async throws {
        try await self.init(
            model, input: input, loss: loss, rule: UpdateRule(optimizer), device: device, seed: seed, weights: weights,
            hasDropout: hasDropout)
    }

    /// Puts a network that classifies images on a device, with groups of parameters, clipping or averages.
    ///
    /// - Throws: as the initializer with one optimizer, and when the groups of the rule do not fit the network.
    public init(
        _ model: any Layer, input: Shape, loss: any Loss = CrossEntropyLoss(), rule: UpdateRule, device: Device,
        seed: UInt64 = 42, weights: Weights? = nil, hasDropout: Bool = true
    ) async throws {
        try await self.init(
            TracedNetwork(model, input: input, hasDropout: hasDropout), objective: Classification(loss), rule: rule,
            device: device, seed: seed, weights: weights)
    }

    /// Puts a network on a device.
    ///
    /// - Parameters:
    ///   - inputs: the types of one example's inputs, without the axis of the batch.
    ///   - objective: loss and metrics of the training.
    ///   - weights: initial weights; drawn from the seed by default.
    /// - Throws: ``FoveaError`` when a layer does not fit, naming it, when the objective does not fit the network's outputs,
    ///   or when the weights are not the network's or not finite.
    public init(
        _ network: any Network, inputs: Named<TensorType>, objective: any Objective, optimizer: any Optimizer,
        device: Device, seed: UInt64 = 42, weights: Weights? = nil
    ) async throws {
        try await self.init(
            TracedNetwork(network, inputs: inputs), objective: objective, rule: UpdateRule(optimizer), device: device,
            seed: seed, weights: weights)
    }

    /// Puts a network that may already be traced on a device.
    public init(
        _ network: TracedNetwork, objective: any Objective, rule: UpdateRule, device: Device, seed: UInt64 = 42,
        weights: Weights? = nil
    ) async throws {
        try rule.validate()
        let network = try network.adapted(to: device)
        self.network = network
        self.objective = objective
        self.rule = rule
        states = DeviceStates(on: device)
        staging = BatchStaging(device)
        self.seed = seed
        parameters = try network.parameters
        _ = try rule.slots(for: parameters)
        signature = try network.signature
        exampleTypes = try signature.inputs.merging(objective.targets(for: signature.outputs))
        try AvailableMemory.require(2 * parameters.byteCount, for: "the network's weights")
        let evaluation = EvaluationPrograms(network, objective, sharing: states, isBesideTraining: true)
        predictor = Predictor(network, signature: signature, evaluation: evaluation, sharing: states)
        classifier = Classifier(network, evaluation: evaluation, sharing: states)
        try await load(weights ?? Weights(initializing: parameters, seed: seed), source: "the start")
    }

    /// The model that the training makes, in inference: with the averages of the weights where the rule keeps them.
    func modelPredictor() async throws -> Predictor {
        guard rule.averaging != nil else { return predictor }
        let kept =
            if let averagedPredictor { averagedPredictor } else {
                try await makeAveragedPredictor()
            }
        averagedPredictor = kept
        try await kept.states.write(averagedWeights().namedTensors)
        return kept.predictor
    }

    private func makeAveragedPredictor() async throws -> (predictor: Predictor, states: DeviceStates) {
        try AvailableMemory.require(2 * parameters.byteCount, for: "the averages of the network's weights")
        let states = DeviceStates(on: device)
        let evaluation = EvaluationPrograms(network, objective, sharing: states, isBesideTraining: true)
        return (Predictor(network, signature: signature, evaluation: evaluation, sharing: states), states)
    }

    /// One step of training on one batch.
    ///
    /// - Parameter learningRateFactor: multiplies the optimizer's learning rate.
    /// - Throws: ``FoveaError`` that names the step and the first layer with a value that is not finite, when the loss is
    ///   not; the weights are then those before the step.
    public func step(_ batch: Batch, learningRateFactor: Double = 1) async throws -> StepReport {
        try await end(begin(batch, learningRateFactor: learningRateFactor))
    }

    /// A step that may still be running.
    struct RunningStep {
        let number: Int
        let batch: Batch
        /// Standardizes the batch's images, where they are bytes on the host.
        let preprocessing: Preprocessing?
        let count: Int
        fileprivate let program: StepProgram
        fileprivate let learningRate: Double
        fileprivate let results: [String: any DeviceValue]
    }

    /// Starts a step.
    ///
    /// - Parameters:
    ///   - staged: the batch's values that were brought to the device.
    ///   - preprocessing: standardizes the batch's images, where they are bytes on the host; on the device they are standardized.
    /// - Throws: as ``step(_:learningRateFactor:)``, but for a loss that is not finite.
    func begin(
        _ batch: Batch, staged: [String: any DeviceValue] = [:], standardizing preprocessing: Preprocessing? = nil,
        learningRateFactor: Double
    ) async throws -> RunningStep {
        guard learningRateFactor.isFinite else {
            throw FoveaError(
                .usage, "The factor of the learning rate is \(learningRateFactor).", remedy: "Use a finite number.")
        }
        // Counted before waiting for the device: others may request a step meanwhile.
        stepCount += 1
        let number = stepCount
        let (step, count): (StepProgram, Int)
        do {
            count = try self.count(of: batch, staged)
            step = try await stepProgram(for: batch, examples: count, phase(ofStep: number))
        } catch {
            stepCount -= 1
            throw error
        }
        let inputs = inputs(of: step, batch, learningRateFactor).ofStep(number, update: update(ofStep: number))
        let given = (inputs as [String: any DeviceValue]).merging(staged) { $1 }
        return RunningStep(
            number: number, batch: batch, preprocessing: preprocessing, count: count, program: step,
            learningRate: rule.optimizer.learningRate * learningRateFactor,
            results: try await device.results(of: step.program, given: given))
    }

    /// Waits for a step.
    ///
    /// - Throws: as ``step(_:learningRateFactor:)``.
    func end(_ step: RunningStep) async throws -> StepReport {
        let results = try await device.read(step.results)
        let loss = try results.tensor(GraphName.loss).floats[0]
        let gradientNorm = results[GraphName.gradientNorm]?.floats[0]
        guard loss.isFinite, gradientNorm?.isFinite != false else {
            stepCount -= 1
            let batch = try step.preprocessing?.standardized(step.batch) ?? step.batch
            throw try await divergence(loss, batch, step: step.number)
        }
        var metrics = try step.batch.objective(objective).hostMetrics(results, targets: step.batch.values)
        for name in step.program.metrics { metrics.set(name, to: Double(try results.tensor(name).floats[0])) }
        return StepReport(
            step: step.number, loss: loss, count: step.count, metrics: metrics,
            learningRate: step.learningRate, gradientNorm: gradientNorm)
    }

    /// Whether a step returns before it has ended, so that the next batch may be prepared meanwhile.
    nonisolated var runsAhead: Bool { device.backend.profile.isAsynchronous }

    private func phase(ofStep step: Int) -> AccumulationPhase {
        AccumulationPhase(batch: (step - 1) % rule.batchesPerUpdate, of: rule.batchesPerUpdate)
    }

    /// The number of the update that a step is for, from 1.
    private func update(ofStep step: Int) -> Int { (step - 1) / rule.batchesPerUpdate + 1 }

    private func inputs(of step: StepProgram, _ batch: Batch, _ learningRateFactor: Double = 1) -> StepInputs {
        StepInputs(
            batch: batch, rule: rule, learningRates: step.learningRates, learningRateFactor: learningRateFactor,
            phase: step.phase, seed: step.isRandom ? seed : nil)
    }

    /// The program of a step on `count` examples; compiled on first use.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    public func program(forExamples count: Int) async throws -> Program {
        try await stepProgram(forExamples: count, phase(ofStep: rule.batchesPerUpdate), objective).program
    }

    /// Compiles all programs of steps on `count` examples.
    ///
    /// - Parameter objective: the objective as the batches' targets need it.
    /// - Throws: ``FoveaError`` when there is not enough memory.
    func prepare(forExamples count: Int, _ objective: any Objective) async throws {
        for phase in AccumulationPhase.all(of: rule.batchesPerUpdate) {
            _ = try await stepProgram(forExamples: count, phase, objective)
        }
    }

    /// The program of a step on batches of images of this shape, batch first.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory, or the images do not fit.
    public func program(for images: Shape) async throws -> Program {
        let count = try signature.inputs.exampleCount(ofTypes: [GraphName.images: .float32(images)])
        return try await program(forExamples: count)
    }

    /// Repeats steps on the same batch without leaving the device's thread, each with an update: for measurements.
    ///
    /// - Returns: each step's time and loss.
    /// - Throws: as ``step(_:learningRateFactor:)``.
    public func timedSteps(_ batch: Batch, _ length: SeriesLength) async throws -> [TimedRun<Float>] {
        let step = try await stepProgram(for: batch, examples: count(of: batch), .only)
        let program = step.program
        guard let lossPosition = program.outputs.firstIndex(of: GraphName.loss) else {
            throw FoveaError(.internalDefect, "The program has no output named `\(GraphName.loss)`.")
        }
        let inputs = inputs(of: step, batch)
        let (first, firstUpdate) = (stepCount + 1, update(ofStep: stepCount + 1))
        do {
            let steps = try await device.series(of: program, length) { number in
                try program.ordered(inputs.ofStep(first + number, update: firstUpdate + number))
            } keeping: { number, outputs in
                let loss = try outputs[lossPosition].read().floats[0]
                guard loss.isFinite else { throw Divergence(finiteCount: number, loss: loss) }
                return loss
            }
            stepCount += steps.count * rule.batchesPerUpdate
            return steps
        } catch let diverged as Divergence {
            stepCount += diverged.finiteCount * rule.batchesPerUpdate
            throw try await divergence(diverged.loss, batch, step: stepCount + 1)
        }
    }

    /// Measures each node of a few steps on the same batch, each with its update.
    ///
    /// - Throws: as ``step(_:learningRateFactor:)``, but a loss that is not finite is not an error.
    public func explain(_ batch: Batch, runs: Int) async throws -> Explanation {
        let step = try await stepProgram(for: batch, examples: count(of: batch), .only)
        let program = step.program
        let inputs = inputs(of: step, batch)
        let (first, firstUpdate) = (stepCount + 1, update(ofStep: stepCount + 1))
        stepCount += runs * rule.batchesPerUpdate
        return try await device.explain(program, runs: runs) { number in
            try program.ordered(inputs.ofStep(first + number, update: firstUpdate + number))
        }
    }

    /// The number of examples of a batch.
    ///
    /// - Throws: ``FoveaError`` when the batch does not fit the network and its objective, with all differences.
    private func count(of batch: Batch, _ staged: [String: any DeviceValue] = [:]) throws -> Int {
        let types = batch.values.mapValues(\.type).merging(staged.mapValues(\.type)) { $1 }
        return try signature.inputs.merging(batch.objective(objective).targets(for: signature.outputs))
            .exampleCount(ofTypes: types)
    }

    /// - Throws: ``FoveaError`` when the batch does not fit the network and its objective, before anything is computed.
    private func stepProgram(
        for batch: Batch, examples count: Int, _ phase: AccumulationPhase
    ) async throws -> StepProgram {
        let objective = batch.objective(objective)
        let step = try await stepProgram(forExamples: count, phase, objective)
        try batch.expectSoundTargets(objective, signature.outputs)
        return step
    }

    private func stepProgram(
        forExamples count: Int, _ phase: AccumulationPhase, _ objective: any Objective
    ) async throws -> StepProgram {
        let targets = try objective.targets(for: signature.outputs)
        let kind = StepKind(examples: count, phase: phase, targets: targets)
        if let known = programs.value(for: kind) { return known }
        try expectExamples(count)
        let training = try trainingGraph(forExamples: count, objective, phase)
        let optimized = try device.optimized(training.graph)
        try await batchMemory(phase, objective).require(optimized, for: count)
        let compiled = StepProgram(
            program: try await device.compile(optimized, states: states), phase: phase, isRandom: training.isRandom,
            learningRates: training.learningRates, metrics: training.metrics)
        programs.insert(compiled, for: kind)
        return compiled
    }

    /// The graph of a step on `count` examples.
    nonisolated func trainingGraph(
        forExamples count: Int, _ objective: any Objective, _ phase: AccumulationPhase = .only
    ) throws -> TrainingGraph {
        try TrainingGraph(
            network, objective: objective, rule: rule, phase: phase, batch: network.inputs.batched(count))
    }

    private func batchMemory(_ phase: AccumulationPhase, _ objective: any Objective) -> BatchMemory {
        BatchMemory(states: states, purpose: "training", inputs: network.inputs) {
            [network, rule, device] batch in
            try device.optimized(
                TrainingGraph(network, objective: objective, rule: rule, phase: phase, batch: batch).graph)
        }
    }

    /// The error for a loss that is not finite, naming the first layer whose result is not.
    private func divergence(_ loss: Float, _ batch: Batch, step: Int) async throws -> FoveaError {
        if let fault = batch.nonFiniteInput(of: signature) { return fault }
        hasDiverged = true
        let count = try count(of: batch)
        let diagnostic = try DiagnosticGraph(
            network, objective: batch.objective(objective), batch: network.inputs.batched(count), freezing: rule.frozen)
        var inputs = batch.values
        if diagnostic.isRandom { inputs[Trace.randomKeyName] = StepInputs.randomKey(step: step, seed: seed) }
        let cause = try await NonFiniteCause(states: states, diagnostic: diagnostic, inputs: network.inputs.names)
            .described(for: inputs)
        let problem =
            loss.isFinite
            ? "the gradients of step \(step) are not finite"
            : "the loss of step \(step) is \(loss.isNaN ? "not a number" : "infinite"); \(cause)"
        return FoveaError(
            .badData, "Training diverged: \(problem).",
            remedy: "Lower the learning rate (it is \(rule.optimizer.learningRate)), or check the data.")
    }
}

/// A series of steps that reached a loss that is not finite.
private struct Divergence: Error {
    /// Number of steps of the series with a finite loss.
    let finiteCount: Int
    let loss: Float
}
