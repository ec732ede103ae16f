public import FoveaGraph

// The graphs that a network is compiled to. All are traced for one batch size, and begin with the network's `ForwardPass`.

/// A network in inference: inputs in, outputs out.
public struct InferenceGraph: Sendable {
    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// The types of a batch of the network's outputs.
    public let outputs: Named<TensorType>

    /// - Parameter batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(_ network: TracedNetwork, batch: Named<TensorType>) throws {
        let pass = try network.forward(.inference, batch)
        let trace = Trace(continuing: pass)
        trace.addOutputs(of: pass)
        graph = trace.graph
        parameters = pass.declarations
        outputs = pass.outputTypes
    }

    /// A layer by itself, for images of this shape, the batch first.
    public init(_ model: any Layer, input: Shape, precision: Precision = .float32) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(TracedNetwork(model, inputs: batch, precision: precision), batch: batch)
    }
}

/// A network being measured: inputs and targets in; outputs, the mean loss and the metrics out.
public struct EvaluationGraph: Sendable {
    public let graph: Graph
    /// The names of the metrics among the graph's outputs.
    public let metrics: [String]

    /// - Parameter batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(_ network: TracedNetwork, objective: any Objective, batch: Named<TensorType>) throws {
        let pass = try network.forward(.inference, batch)
        let trace = Trace(continuing: pass)
        metrics = try trace.measure(pass, objective).metrics.names
        trace.addOutputs(of: pass)
        graph = trace.graph
    }

    /// A layer by itself, for images of this shape, the batch first.
    public init(_ model: any Layer, loss: any Loss, input: Shape, precision: Precision = .float32) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(
            TracedNetwork(model, inputs: batch, precision: precision), objective: Classification(loss), batch: batch)
    }
}

/// A whole training step: forward, loss, backward and the optimizer's update, in one graph.
public struct TrainingGraph: Sendable {
    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// What training keeps from step to step besides parameters and statistics; zero before the first.
    public let slots: [OptimizerSlot]
    /// The learning rates that the step takes.
    public let learningRates: [LearningRateInput]
    /// The names of the metrics among the graph's outputs.
    public let metrics: [String]
    /// True when the step draws random numbers, so that it takes the input ``Trace/randomKeyName``.
    public let isRandom: Bool

    /// - Parameters:
    ///   - phase: which of the batches of one update the step is for.
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

    /// A layer by itself, for images of this shape, the batch first; each batch is an update by one optimizer.
    ///
    /// - Parameter hasDropout: false passes everything where the network has dropout.
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

/// A forward pass that says for each layer whether its result is finite.
public struct DiagnosticGraph: Sendable {
    /// One scalar output per layer, named by its position in ``layers``: 0 when all is finite, NaN otherwise.
    public let graph: Graph
    /// The layers' paths in the order in which they run, the loss last where there is one.
    public let layers: [String]
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    public let isRandom: Bool

    /// The forward pass of a training step.
    ///
    /// - Parameters:
    ///   - batch: the types of the inputs of a batch.
    ///   - frozen: the parameters and statistics that training leaves as they are.
    public init(
        _ network: TracedNetwork, objective: any Objective, batch: Named<TensorType>,
        freezing frozen: [PathPattern] = []
    ) throws {
        let pass = try network.forward(.training, batch, freezing: frozen)
        let trace = Trace(continuing: pass)
        _ = try trace.measure(pass, objective, addingOutputs: false)
        try self.init(trace)
    }

    /// Inference.
    public init(_ network: TracedNetwork, batch: Named<TensorType>) throws {
        try self.init(Trace(continuing: network.forward(.inference, batch)))
    }

    /// The forward pass of a training step of a layer by itself, for images of this shape, the batch first.
    public init(_ model: any Layer, loss: any Loss, input: Shape) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(TracedNetwork(model, inputs: batch), objective: Classification(loss), batch: batch)
    }

    private init(_ trace: Trace) throws {
        var layers: [String] = []
        var lastValue: [String: Int] = [:]
        for (index, node) in trace.graph.nodes.enumerated()
        where node.results[0].dataType.isFloatingPoint && !node.location.path.isEmpty {
            if lastValue[node.location.path] == nil { layers.append(node.location.path) }
            lastValue[node.location.path] = index
        }
        for (position, layer) in layers.enumerated() {
            guard let index = lastValue[layer] else { continue }
            // 0·x is 0 for every finite x and NaN for the others, and NaN survives the sum.
            let zero = try trace.value(ValueID(node: index)) * 0
            trace.output("\(position)", try ReduceSum(axes: Array(0..<zero.shape.rank)).applied(to: zero))
        }
        graph = trace.graph
        self.layers = layers
        parameters = trace.declarations
        isRandom = graph.inputs.contains { $0.name == Trace.randomKeyName }
    }
}

extension TracedNetwork {
    /// The inputs of a layer for images of this shape, the batch first.
    fileprivate static func batch(ofImages shape: Shape) -> Named<TensorType> { [GraphName.images: .float32(shape)] }
}

extension Trace {
    /// Makes a network's outputs those of the graph.
    ///
    /// - Parameter names: which; all when not given.
    fileprivate func addOutputs(of pass: ForwardPass, named names: [String]? = nil) {
        for (name, id) in pass.outputs where names?.contains(name) != false { output(name, value(id)) }
    }

    /// Adds an objective's loss and metrics.
    ///
    /// - Parameter addingOutputs: makes them outputs.
    fileprivate func measure(
        _ pass: ForwardPass, _ objective: any Objective, addingOutputs: Bool = true
    ) throws -> Measures {
        let outputTypes = pass.outputTypes.mapValues(\.exampleType)
        let batchSize = pass.batchSize
        var targets: [(String, Value)] = []
        for (name, type) in try objective.targets(for: outputTypes) {
            let known = pass.inputs.contains(name) ? value(try pass.inputs[name]) : nil
            let batched = TensorType(try Shape(validating: [batchSize] + type.shape.dimensions), type.dataType)
            targets.append((name, try known ?? input(name, batched)))
        }
        location = Location(path: "loss", layer: "loss")
        defer { location = .none }
        let measures = try objective(pass.outputs.mapValues(value), Named(targets))
        for (name, value) in measures.metrics.merging([GraphName.loss: measures.loss]) {
            try Self.expectScalar(value, name: name)
            if pass.outputs.contains(name) {
                throw FoveaError(
                    .usage, "The objective's `\(name)` has the name of an output of the network.",
                    remedy: "Give one of them another name.")
            }
            if addingOutputs { output(name, value) }
        }
        return measures
    }

    private static func expectScalar(_ value: Value, name: String) throws {
        guard value.shape.rank == 0, value.dataType.isFloatingPoint else {
            throw FoveaError(
                .usage, "The objective's `\(name)` is \(value.type), not a scalar.",
                remedy: "Take the mean over the batch: ReduceMean(axes: …).applied(to: …).")
        }
    }
}
