public import FoveaData
public import FoveaFormats
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// A network in inference on a device: measures data sets and classifies images.
public actor Classifier {
    let network: TracedNetwork
    let evaluation: EvaluationPrograms
    private let states: DeviceStates
    /// Nil where probabilities are those of the network's logits as they are.
    public nonisolated let calibration: ModelDescription.Calibration?
    private var device: Device { states.device }
    private var inferencePrograms = RecentlyUsed<Shape, Program>()
    /// The optimized graph for the images that the network was first traced for: tracing and passes take a while for a
    /// large network, and need no device.
    private var traced: (images: Shape, optimized: OptimizedGraph)?
    /// A weight's name in the file, if all are longer than the network's; nil where they are the network's.
    public private(set) var shortenedName: WeightNames.Change?

    /// A network whose weights are among these states.
    init(
        _ network: TracedNetwork, evaluation: EvaluationPrograms, sharing states: DeviceStates,
        calibration: ModelDescription.Calibration? = nil
    ) {
        self.network = network
        self.evaluation = evaluation
        self.states = states
        self.calibration = calibration
    }

    private init(
        _ network: TracedNetwork, sharing states: DeviceStates, calibration: ModelDescription.Calibration? = nil
    ) throws {
        let network = try network.adapted(to: states.device)
        self.init(
            network, evaluation: EvaluationPrograms(network, Classification(), sharing: states), sharing: states,
            calibration: calibration)
    }

    /// Puts a network and its weights on a device.
    ///
    /// - Parameters:
    ///   - preprocessing: gives the shape of the images.
    ///   - source: where the weights come from, for errors.
    /// - Throws: ``FoveaError`` when the weights are not the network's, with all differences, or not finite.
    public init(
        _ model: any Layer, weights: Weights, source: String, preprocessing: Preprocessing, device: Device
    ) async throws {
        try self.init(
            TracedNetwork(model, input: preprocessing.exampleShape), sharing: DeviceStates(on: device))
        let parameters = try trace(preprocessing)
        let fitted = try weights.fitted(to: parameters, source: source)
        shortenedName = weights.names(for: parameters).example
        try fitted.expectFinite(source: source)
        try await states.write(fitted.namedTensors)
    }

    /// Puts the network of a saved model on a device; its weights go there from their file.
    ///
    /// - Throws: ``FoveaError`` when the weights cannot be read, are not the network's, with all differences, or not finite.
    public init(_ saved: SavedModel, device: Device) async throws {
        let states = DeviceStates(on: device)
        try self.init(
            TracedNetwork(saved.layer, input: saved.preprocessing.exampleShape), sharing: states,
            calibration: saved.calibration)
        let file = try SafetensorsFile(at: saved.weightsPath).tensors
        let shape = saved.preprocessing.inputType.shape
        let inference = try InferenceGraph(network, batch: Self.inputs(shape))
        let source = quoted(saved.weightsPath)
        let fitted = try file.fitted(to: inference.parameters, source: source)
        shortenedName = file.names(for: inference.parameters).example
        // Reading the weights takes as long as the passes.
        async let nonFinite = Self.put(fitted.map { (name: $0.key, tensor: $0.value) }, into: states)
        traced = (shape, try device.optimized(inference.graph))
        try expectNoneNonFinite(await nonFinite, source: source)
    }

    /// Puts a custom network that was saved with its preprocessing on a device.
    ///
    /// - Throws: ``FoveaError`` when it does not classify images, or its weights cannot be read or are not finite.
    public init(_ saved: SavedNetwork, device: Device) async throws {
        _ = try (saved.preprocessing, Classification().targets(for: saved.signature.outputs))
        try self.init(saved.network, sharing: DeviceStates(on: device))
        try await states.write(saved.weights().namedTensors)
    }

    /// Puts weights on a device.
    ///
    /// - Returns: the names of those that are not finite.
    private static func put(
        _ weights: [(name: String, tensor: StoredTensor)], into states: DeviceStates
    ) async throws -> [String] {
        try await states.write(weights)
        return try await states.nonFiniteNames()
    }

    /// Traces the network for one image, and keeps the optimized graph.
    ///
    /// - Returns: the network's parameters.
    private func trace(_ preprocessing: Preprocessing) throws -> [ParameterDeclaration] {
        let shape = preprocessing.inputType.shape
        let inference = try InferenceGraph(network, batch: Self.inputs(shape))
        traced = (shape, try device.optimized(inference.graph))
        return inference.parameters
    }

    static func inputs(_ images: Shape) -> Named<TensorType> { [GraphName.images: .float32(images)] }

    /// For each of a batch of images [N, C, H, W], the most probable classes, most probable first, with the probabilities of the
    /// network's temperature.
    ///
    /// - Throws: as ``logits(_:averaging:)``.
    public func predictions(
        _ images: Tensor, limit: Int, averaging views: TestTimeAugmentation = .none
    ) async throws -> [[Prediction]] {
        try await logits(images, averaging: views)
            .predictions(limit: limit, temperature: calibration?.temperature ?? 1)
    }

    /// The network's results for a batch of images [N, C, H, W], without the temperature.
    ///
    /// - Parameter views: the views that are averaged. With more than one, the results are the logarithms of the means of their
    ///   probabilities, and so logits of these means.
    /// - Throws: ``FoveaError`` when a result is NaN or infinite, naming the weights, the image or the layer that it comes
    ///   from.
    public func logits(_ images: Tensor, averaging views: TestTimeAugmentation = .none) async throws -> Tensor {
        var logits: [Tensor] = []
        for view in views.applied(to: images) { logits.append(try await self.logits(view)) }
        return logits.count == 1 ? logits[0] : try .logarithmsOfMeanProbabilities(logits)
    }

    private func logits(_ images: Tensor) async throws -> Tensor {
        let program = try await program(for: images.shape)
        let logits = try await device.run(program, [GraphName.images: images]).tensor(GraphName.logits)
        try await expectFinite(logits, for: images)
        return logits
    }

    /// Throws unless logits are finite.
    func expectFinite(_ logits: Tensor, for images: Tensor) async throws {
        guard let row = logits.firstNonFiniteRow else { return }
        let search = NonFiniteCause(
            states: states, diagnostic: try DiagnosticGraph(network, batch: Self.inputs(images.shape)),
            inputs: network.inputs.names)
        throw FoveaError(
            .badData,
            "The network's result for image \(row + 1) of the batch is not finite; "
                + "\(try await search.described(for: [GraphName.images: images])).",
            remedy: "Use weights of a training that did not diverge, and images that are finite.")
    }

    /// Computes the logits of the same images repeatedly without leaving the device's thread: for measurements.
    ///
    /// - Returns: the time of each computation.
    public func timedLogits(_ images: Tensor, _ length: SeriesLength) async throws -> [Duration] {
        let program = try await program(for: images.shape)
        let inputs = try program.ordered([GraphName.images: images])
        return try await device.series(of: program, length) { _ in
            inputs
        } keeping: { _, outputs in
            for output in outputs { _ = try output.read() }
        }.map(\.duration)
    }

    /// Measures each node while the logits of the same images are computed a few times.
    public func explain(_ images: Tensor, runs: Int) async throws -> Explanation {
        let program = try await program(for: images.shape)
        let inputs = try program.ordered([GraphName.images: images])
        return try await device.explain(program, runs: runs) { _ in inputs }
    }

    /// The program that gives the logits of batches of images of this shape; compiled on first use.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory, or the images do not fit.
    public func program(for images: Shape) async throws -> Program {
        if let known = inferencePrograms.value(for: images) { return known }
        let graph = try inferenceGraph(images)
        try await inferenceMemory(images).require(graph, for: images[0])
        let program = try await device.compile(graph, states: states)
        inferencePrograms.insert(program, for: images)
        return program
    }

    /// The largest number of images, up to that of `images`, whose logits fit in memory at a time; found by planning.
    ///
    /// - Throws: ``FoveaError`` when not even one image fits.
    public func batchSize(upTo images: Shape) async throws -> Int {
        // For one image there is nothing to search for: it fits, or is refused when the program is made.
        images[0] == 1 || inferencePrograms.value(for: images) != nil
            ? images[0] : try await inferenceMemory(images).fitting(upTo: images[0])
    }

    private func inferenceMemory(_ images: Shape) -> BatchMemory {
        BatchMemory(states: states, purpose: "inference", inputs: Self.inputs(images.withoutBatch)) {
            [inferenceGraph] batch in
            try inferenceGraph(batch[GraphName.images].shape)
        }
    }

    private var inferenceGraph: @Sendable (_ images: Shape) throws -> OptimizedGraph {
        { [network, traced, device] images in
            if let traced, traced.images == images { return traced.optimized }
            return try device.optimized(InferenceGraph(network, batch: Self.inputs(images)).graph)
        }
    }
}

extension Signature {
    /// Number of classes that a network distinguishes; 0 where it has no logits.
    var classCount: Int { (try? outputs[GraphName.logits])?.shape.dimensions.first ?? 0 }
}

extension Shape {
    /// Without the axis of the batch.
    fileprivate var withoutBatch: Shape { Shape(Array(dimensions.dropFirst())) }
}

extension Preprocessing {
    /// The shape of one image.
    var exampleShape: Shape { Shape([channels, height, width]) }
}

extension [String: Tensor] {
    /// A program's output.
    package func tensor(_ name: String) throws -> Tensor {
        guard let tensor = self[name] else {
            throw FoveaError(.internalDefect, "The program has no output named `\(name)`.")
        }
        return tensor
    }
}
