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
    /// What the network takes and gives.
    public nonisolated let signature: Signature
    private let objective: (any Objective)?
    private let states: DeviceStates
    private var device: Device { states.device }
    /// By the number of examples.
    private var inferencePrograms = RecentlyUsed<Int, Program>()
    private var evaluationPrograms = RecentlyUsed<Int, (program: Program, metrics: [String])>()

    /// A network whose weights are among these states.
    init(_ network: TracedNetwork, signature: Signature, objective: (any Objective)?, sharing states: DeviceStates) {
        self.network = network
        self.signature = signature
        self.objective = objective
        self.states = states
    }

    /// Puts a saved network and its weights on a device.
    ///
    /// - Parameter objective: what ``evaluate(_:)`` measures.
    /// - Throws: ``FoveaError`` when the weights cannot be read, or are not finite.
    public init(_ saved: SavedNetwork, objective: (any Objective)? = nil, device: Device) async throws {
        self.init(
            saved.network, signature: saved.signature, objective: objective, sharing: DeviceStates(on: device))
        try await states.write(saved.weights().namedTensors)
    }

    /// The network's outputs for a batch.
    ///
    /// - Throws: ``FoveaError`` that lists everything in which the batch is not the network's; and when a result is NaN or
    ///   infinite, with the weights, the example or the layer that it comes from.
    public func callAsFunction(_ inputs: [String: Tensor]) async throws -> [String: Tensor] {
        let count = try signature.inputs.exampleCount(of: inputs)
        try expectExamples(count)
        let program = try await inferenceProgram(forExamples: count)
        let outputs = try await device.run(program, inputs)
        try await expectFinite(outputs, for: inputs, count)
        return outputs
    }

    /// The means of the objective's loss, under the name `loss`, and of its metrics over all examples of some batches.
    ///
    /// - Throws: ``FoveaError`` that lists everything in which a batch is not the network's and the objective's.
    public func evaluate(_ batches: some Sequence<Batch> & Sendable) async throws -> Named<Double> {
        guard let objective else {
            throw FoveaError(
                .usage, "There is no objective to measure the network by.",
                remedy: "Pass it when the predictor is made: Predictor(_:objective:device:).")
        }
        var means = WeightedMeans()
        let types = try signature.inputs.merging(objective.targets(for: signature.outputs))
        for batch in batches {
            let count = try types.exampleCount(of: batch.values)
            try expectExamples(count)
            try batch.expectSoundTargets(objective, signature.outputs)
            let (program, metrics) = try await evaluationProgram(objective, forExamples: count)
            let results = try await device.run(program, batch.values)
            var values: Named<Double> = [GraphName.loss: Double(try results.tensor(GraphName.loss).floats[0])]
            for name in metrics { values.set(name, to: Double(try results.tensor(name).floats[0])) }
            means.add(values.merging(try objective.hostMetrics(results, targets: batch.values)), count: count)
        }
        return means.values
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

    private func evaluationProgram(
        _ objective: any Objective, forExamples count: Int
    ) async throws -> (program: Program, metrics: [String]) {
        if let known = evaluationPrograms.value(for: count) { return known }
        let evaluation = try EvaluationGraph(network, objective: objective, batch: network.inputs.batched(count))
        let program = try await device.compile(evaluation.graph, states: states)
        evaluationPrograms.insert((program, evaluation.metrics), for: count)
        return (program, evaluation.metrics)
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
