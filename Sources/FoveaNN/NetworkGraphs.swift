public import FoveaGraph

// The graphs that a network is compiled to. All are traced for one batch size.

/// The names of inputs and outputs in the graphs of a network.
public enum GraphName {
    /// Input: the batch of examples.
    public static let images = "images"
    /// Input: class indices, int32 [N].
    public static let labels = "labels"
    /// Input: the step's learning rate, a scalar.
    public static let learningRate = "learning_rate"
    /// Input: the number of the step from 1, a scalar.
    public static let step = "step"
    /// Output: the network's result [N, classes].
    public static let logits = "logits"
    /// Output: the mean loss of the batch, a scalar.
    public static let loss = "loss"
}

/// A network in use: images in, logits out.
public struct InferenceGraph: Sendable {
    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// The type of the logits.
    public let output: TensorType

    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(_ model: any Layer, input: Shape, precision: Precision = .float32) throws {
        let trace = try Trace(model, mode: .inference, precision: precision)
        let logits = try trace.call(model, on: trace.input(GraphName.images, .float32(input)))
        trace.output(GraphName.logits, logits)
        graph = trace.graph
        parameters = trace.declarations
        output = logits.type
    }
}

/// A network being measured: images and labels in, logits and the mean loss out.
public struct EvaluationGraph: Sendable {
    public let graph: Graph

    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(_ model: any Layer, loss: any Loss, input: Shape, precision: Precision = .float32) throws {
        let trace = try Trace(model, mode: .inference, precision: precision)
        _ = try trace.forward(model, loss, input)
        graph = trace.graph
    }
}

/// A whole training step: forward, loss, backward and the optimizer's update, in one graph.
public struct TrainingGraph: Sendable {
    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    public let slots: [OptimizerSlot]
    /// True when the step draws random numbers, so that it takes the input ``Trace/randomKeyName``.
    public let isRandom: Bool

    /// - Parameter hasDropout: false passes everything where the network has dropout.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(
        _ model: any Layer, loss: any Loss, optimizer: any Optimizer, input: Shape, hasDropout: Bool = true,
        precision: Precision = .float32
    ) throws {
        try optimizer.validate()
        let trace = try Trace(model, mode: .training, hasDropout: hasDropout, precision: precision)
        let lossValue = try trace.forward(model, loss, input).loss
        trace.updateOnlyIfFinite(lossValue)
        trace.keepStatistics()
        slots = try trace.update(with: optimizer, minimizing: lossValue)
        graph = trace.graph
        parameters = trace.declarations
        isRandom = graph.inputs.contains { $0.name == Trace.randomKeyName }
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
    public init(_ model: any Layer, loss: any Loss, input: Shape, hasDropout: Bool = true) throws {
        let trace = try Trace(model, mode: .training, hasDropout: hasDropout)
        try self.init(trace, upTo: trace.forward(model, loss, input).loss)
    }

    /// Inference.
    public init(_ model: any Layer, input: Shape) throws {
        let trace = try Trace(model, mode: .inference)
        try self.init(trace, upTo: trace.call(model, on: trace.input(GraphName.images, .float32(input))))
    }

    private init(_ trace: Trace, upTo last: Value) throws {
        var layers: [String] = []
        var lastValue: [String: Int] = [:]
        for (index, node) in trace.graph.nodes.enumerated()
        where node.results[0].dataType.isFloatingPoint && index <= last.id.node && !node.location.path.isEmpty {
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

extension Trace {
    /// Traces the network on images, which are float32 whatever the trace computes in; the result has the parameters' type.
    fileprivate func call(_ model: any Layer, on images: Value) throws -> Value {
        try inParameterType(model(inArithmetic(images)))
    }

    /// Traces the network and its loss, and makes the logits and the loss outputs.
    fileprivate func forward(_ model: any Layer, _ loss: any Loss, _ input: Shape) throws -> (
        logits: Value, loss: Value
    ) {
        let images = try self.input(GraphName.images, .float32(input))
        let labels = try self.input(GraphName.labels, TensorType([input[0]], .int32))
        let logits = try call(model, on: images)
        guard logits.shape.rank == 2 else {
            throw FoveaError(
                .usage, "The network gives \(logits.shape) where [batch, classes] is expected.",
                remedy: "End it with a Dense layer that has one output per class.")
        }
        location = Location(path: "loss", layer: "loss")
        defer { location = .none }
        let lossValue = try loss(logits, labels)
        output(GraphName.logits, logits)
        output(GraphName.loss, lossValue)
        return (logits, lossValue)
    }
}
