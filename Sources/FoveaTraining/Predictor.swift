public import FoveaData
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// A network in inference on a device: named tensors in, named tensors out.
///
/// For a network that classifies images, ``Classifier`` has more to offer.
public actor Predictor {
    private let network: TracedNetwork
    /// The network's inputs and outputs.
    public nonisolated let signature: Signature
    private let evaluation: EvaluationPrograms?
    private let states: DeviceStates
    private var device: Device { states.device }
    /// Keyed by the number of examples.
    private var inferencePrograms = RecentlyUsed<Int, Program>()

    /// A network whose weights are among these states.
    init(
        _ network: TracedNetwork, signature: Signature, evaluation: EvaluationPrograms?, sharing states: DeviceStates
    ) {
        self.network = network
        self.signature = signature
        self.evaluation = evaluation
        self.states = states
    }

    /// Puts a saved network and its weights on a device.
    ///
    /// - Parameter objective: what ``evaluate(_:)`` measures.
    /// - Throws: ``FoveaError`` when the weights cannot be read, or are not finite.
    public init(_ saved: SavedNetwork, objective: (any Objective)? = nil, device: Device) async throws {
        let (network, states) = (try saved.network.adapted(to: device), DeviceStates(on: device))
        self.init(
            network, signature: saved.signature,
            evaluation: objective.map { EvaluationPrograms(network, $0, sharing: states) }, sharing: states)
        try await states.write(saved.weights().namedTensors)
    }

    /// The network's outputs for a batch.
    ///
    /// - Throws: ``FoveaError`` that lists all differences between the batch and the network's inputs; and when a
    ///   result is NaN or infinite, with the weights, the example or the layer that it comes from.
    public func callAsFunction(_ inputs: [String: Tensor]) async throws -> [String: Tensor] {
        let count = try signature.inputs.exampleCount(of: inputs)
        try expectExamples(count)
        let program = try await inferenceProgram(forExamples: count)
        let outputs = try await device.run(program, inputs)
        try await expectFinite(outputs, for: inputs, count)
        return outputs
    }

    /// The means of the objective's loss, under the name `loss`, and of its metrics over all examples of a source.
    ///
    /// - Parameters:
    ///   - transforms: applied to each example, in order.
    ///   - batchSize: number of examples measured at a time; fewer are where that many do not fit in memory.
    ///   - leavingOut: receives the examples that cannot be read, which are then not measured. By default they are errors.
    /// - Throws: ``FoveaError`` that names the example that cannot be read, or that lists all differences between a
    ///   batch and the network's and the objective's types; and when an output is NaN or infinite.
    public func evaluate(
        _ source: any ExampleSource, transforms: [any Transform] = [], batchSize: Int = 250,
        leavingOut: LeavingOut? = nil
    ) async throws -> Named<Double> {
        let evaluation = try evaluated
        try source.expectClasses(of: signature)
        let size = try await evaluation.batchSize(upTo: min(batchSize, source.count), of: signature.inputs)
        let loader = try DataLoader(
            source, transforms: transforms, batchSize: size, order: EpochOrder(seed: 0, isShuffled: false),
            failures: leavingOut == nil ? .thrown : .kept)
        var means = WeightedMeans()
        for try await batch in loader where try batch.isFilled(leavingOut: leavingOut, of: source.name) {
            try await add(batch, of: source.name, to: &means, evaluation)
        }
        return means.values
    }

    /// The means of the objective's loss, under the name `loss`, and of its metrics over all examples of some batches.
    ///
    /// - Throws: ``FoveaError`` that lists all differences between a batch and the network's and the objective's types;
    ///   and when an output is NaN or infinite.
    public func evaluate(_ batches: some Sequence<Batch> & Sendable) async throws -> Named<Double> {
        let evaluation = try evaluated
        var means = WeightedMeans()
        for batch in batches { try await add(batch, to: &means, evaluation) }
        return means.values
    }

    /// The programs that measure.
    private var evaluated: EvaluationPrograms {
        get throws {
            guard let evaluation else {
                throw FoveaError(
                    .usage, "There is no objective to measure the network by.",
                    remedy: "Pass it when the predictor is made: Predictor(_:objective:device:).")
            }
            return evaluation
        }
    }

    private func add(
        _ batch: Batch, of source: String? = nil, to means: inout WeightedMeans, _ evaluation: EvaluationPrograms
    ) async throws {
        let targets = try batch.objective(evaluation.objective).targets(for: signature.outputs)
        let count = try signature.inputs.merging(targets).exampleCount(of: batch.values)
        try expectExamples(count)
        let measured = try await evaluation.measure(batch, of: source)
        try await expectFinite(measured.results, for: batch.values, count)
        means.add(measured.means, count: count)
    }

    private func inferenceProgram(forExamples count: Int) async throws -> Program {
        if let known = inferencePrograms.value(for: count) { return known }
        let graph = try device.optimized(InferenceGraph(network, batch: network.inputs.batched(count)).graph)
        let memory = BatchMemory(states: states, purpose: "inference", inputs: network.inputs) {
            [network, device] batch in
            try device.optimized(InferenceGraph(network, batch: batch).graph)
        }
        try await memory.require(graph, for: count)
        let program = try await device.compile(graph, states: states)
        inferencePrograms.insert(program, for: count)
        return program
    }

    private func expectFinite(_ outputs: [String: Tensor], for inputs: [String: Tensor], _ count: Int) async throws {
        for name in signature.outputs.names {
            guard let output = outputs[name], output.dataType.isFloatingPoint, let row = output.firstNonFiniteRow else {
                continue
            }
            let search = NonFiniteCause(
                states: states, diagnostic: try DiagnosticGraph(network, batch: network.inputs.batched(count)),
                inputs: network.inputs.names)
            throw FoveaError(
                .badData,
                "The output \(quoted(name)) of example \(row + 1) of the batch is not finite; "
                    + "\(try await search.described(for: inputs)).",
                remedy: "Use weights of a training that did not diverge, and inputs that are finite.")
        }
    }
}
