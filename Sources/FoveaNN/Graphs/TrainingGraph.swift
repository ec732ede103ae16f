public import FoveaGraph

/// A whole training step: forward, loss, backward and the optimizer's update, in one graph.
public struct TrainingGraph: Sendable {
    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// State that training keeps from step to step besides parameters and statistics; zero before the first.
    public let slots: [OptimizerSlot]
    /// The learning rates that the step takes.
    public let learningRates: [LearningRateInput]
    /// The names of the metrics among the graph's outputs.
    public let metrics: [String]
    /// True when the step draws random numbers, so that it takes the input ``Trace/randomKeyName``.
    public let isRandom: Bool

    /// - Parameters:
    ///   - phase: the place of the step's batch among the batches of its update.
    ///   - batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit, or the group of the rule.
    public init(
        _ network: TracedNetwork, objective: any Objective, rule: UpdateRule, phase: AccumulationPhase = .only,
        batch: Named<TensorType>
    ) throws {
        try rule.validate()
        let pass = try network.forward(.training, batch, freezing: rule.frozen)
        let trace = Trace(continuing: pass)
        let measures = try trace.measure(pass, objective)
        trace.addOutputs(of: pass, named: objective.outputsForHost)
        trace.updateOnlyIfFinite(measures.loss)
        trace.keepStatistics()
        learningRates = try trace.update(with: rule, phase, minimizing: measures.loss).learningRates
        slots = try rule.slots(for: pass.declarations)
        graph = trace.graph
        parameters = pass.declarations
        metrics = measures.metrics.names
        isRandom = graph.inputs.contains { $0.name == Trace.randomKeyName }
    }

    /// A single layer, for images of this shape, batch first; each batch is an update by one optimizer.
    ///
    /// - Parameter hasDropout: false turns dropout off.
    public init(
        _ model: any Layer, loss: any Loss, optimizer: any Optimizer, input: Shape, hasDropout: Bool = true,
        precision: Precision = .float32
    ) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(
            TracedNetwork(model, inputs: batch, hasDropout: hasDropout, precision: precision),
            objective: Classification(loss), rule: UpdateRule(optimizer), batch: batch)
    }
}
