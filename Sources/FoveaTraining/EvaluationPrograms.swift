import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// A network's programs that measure batches by an objective; shared by its trainer, predictor and classifier.
actor EvaluationPrograms {
    /// The result of measuring a batch.
    struct Measurement: Sendable {
        /// The network's outputs and the loss.
        let results: [String: Tensor]
        /// The loss, under the name `loss`, and the metrics: means over the batch.
        let means: Named<Double>
    }

    nonisolated let objective: any Objective
    private let network: TracedNetwork
    private let states: DeviceStates
    /// Whether the weights are trained on the same device, whose memory is then taken by the steps.
    private let isBesideTraining: Bool
    private var device: Device { states.device }
    /// Keyed by the types of the inputs and targets.
    private var programs = RecentlyUsed<Named<TensorType>, (program: Program, metrics: [String])>()
    private var batchSizes = RecentlyUsed<BatchSizeQuestion, Int>()

    private struct BatchSizeQuestion: Hashable {
        let inputs: Named<TensorType>
        let limit: Int
    }

    init(
        _ network: TracedNetwork, _ objective: any Objective, sharing states: DeviceStates,
        isBesideTraining: Bool = false
    ) {
        self.isBesideTraining = isBesideTraining
        self.network = network
        self.objective = objective
        self.states = states
    }

    /// Computes the outputs, the loss and the metrics of a batch.
    ///
    /// - Throws: ``FoveaError`` when a target does not fit the network, naming its example, or when an input or a
    ///   target is missing or of another type.
    func measure(_ batch: Batch, of source: String? = nil) async throws -> Measurement {
        let objective = batch.objective(objective)
        let outputs = try network.signature.outputs
        try batch.expectSoundTargets(objective, outputs, of: source)
        let inputs = Named(try network.inputs.names.map { ($0, try batch.value(named: $0).type) })
        let (program, metrics) = try await program(for: inputs, objective, targets: objective.targets(for: outputs))
        let results = try await device.run(program, batch.values)
        var means: Named<Double> = [GraphName.loss: Double(try results.tensor(GraphName.loss).floats[0])]
        means = means.merging(try objective.hostMetrics(results, targets: batch.values))
        for name in metrics { means.set(name, to: Double(try results.tensor(name).floats[0])) }
        return Measurement(results: results, means: means)
    }

    private func program(
        for batch: Named<TensorType>, _ objective: any Objective, targets: Named<TensorType>
    ) async throws -> (program: Program, metrics: [String]) {
        let key = batch.merging(targets)
        if let known = programs.value(for: key) { return known }
        let evaluation = try EvaluationGraph(network, objective: objective, batch: batch)
        let program = try await device.compile(evaluation.graph, states: states)
        programs.insert((program, evaluation.metrics), for: key)
        return (program, evaluation.metrics)
    }

    /// The number of examples with these inputs, up to a limit, to measure at a time: beside a training as many as need no
    /// more memory than the steps, if any do; otherwise the most that fit in memory when it is first asked for.
    ///
    /// - Throws: ``FoveaError`` when not even one example fits.
    func batchSize(upTo limit: Int, of inputs: Named<TensorType>) async throws -> Int {
        let question = BatchSizeQuestion(inputs: inputs, limit: limit)
        if let known = batchSizes.value(for: question) { return known }
        let memory = BatchMemory(states: states, purpose: "measuring the network", inputs: inputs) {
            [network, objective, device] batch in
            try device.optimized(EvaluationGraph(network, objective: objective, batch: batch).graph)
        }
        let besideSteps = isBesideTraining ? try await memory.fittingBesidePrograms(upTo: limit) : nil
        let found = if let besideSteps { besideSteps } else { try await memory.fitting(upTo: limit) }
        batchSizes.insert(found, for: question)
        return found
    }
}
