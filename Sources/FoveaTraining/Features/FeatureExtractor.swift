public import FoveaData
import FoveaFormats
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// A network up to one of its layers, on a device: gives that layer's results for images, as features.
///
/// What lies above the layer is neither computed nor held in memory.
public actor FeatureExtractor {
    /// What the features come from.
    public nonisolated let origin: FeatureOrigin
    /// The shape of the features of one image.
    public nonisolated let shape: Shape
    /// A weight's name in the file, if all are longer than the network's; nil where they are the network's.
    public nonisolated let shortenedName: WeightNames.Change?

    private let network: TracedNetwork
    private let layer: String?
    private let head: PathPattern?
    private let states: DeviceStates
    private var device: Device { states.device }
    /// Keyed by the number of images.
    private var programs = RecentlyUsed<Int, Program>()

    /// The features of a saved model.
    ///
    /// - Throws: as ``init(_:named:weightsPath:preprocessing:layer:head:pooling:device:)``.
    public init(
        _ saved: SavedModel, layer: String? = nil, pooling: FeatureGraph.Pooling = .average, device: Device
    ) async throws {
        try await self.init(
            saved.layer, named: saved.architecture, weightsPath: saved.weightsPath, preprocessing: saved.preprocessing,
            layer: layer, head: ModelZoo.entry(named: saved.architecture).head, pooling: pooling, device: device)
    }

    /// The features of a network with weights from a file, of which only those below the layer are read.
    ///
    /// - Parameters:
    ///   - name: the network's name, to tell features of different networks apart.
    ///   - layer: the path of the layer; by default the one below the head.
    ///   - head: the layers that turn features into logits; by default the last layer with parameters.
    ///   - pooling: the treatment of features with spatial axes.
    /// - Throws: ``FoveaError`` when there is no such layer, or when the weights cannot be read, are not the network's, with
    ///   all differences, or not finite.
    public init(
        _ model: any Layer, named name: String, weightsPath: String, preprocessing: Preprocessing, layer: String? = nil,
        head: PathPattern? = nil, pooling: FeatureGraph.Pooling = .average, device: Device
    ) async throws {
        network = try TracedNetwork(model, input: preprocessing.exampleShape).adapted(to: device)
        states = DeviceStates(on: device)
        (self.layer, self.head) = (layer, head)
        let one = try FeatureGraph(
            network, layer: layer, head: head, pooling: pooling, batch: network.inputs.batched(1))
        let weights = try Self.weights(below: one, from: weightsPath)
        shortenedName = weights.shortenedName
        shape = one.output.shape
        origin = FeatureOrigin(
            network: name, weights: weights.fitted.digest, layer: one.layer, pooling: pooling,
            preprocessing: preprocessing)
        try await states.write(weights.fitted.namedTensors)
    }

    /// The weights that a layer's result depends on.
    private static func weights(
        below graph: FeatureGraph, from path: String
    ) throws -> (fitted: Weights, shortenedName: WeightNames.Change?) {
        let file = try SafetensorsFile(at: path).tensors
        let needed = try file.fitted(to: graph.parameters, of: graph.networkParameters, source: quoted(path))
        let fitted = Weights(try needed.map { ($0.key, try Tensor(copying: $0.value)) })
        try fitted.expectFinite(source: quoted(path))
        return (fitted, file.names(for: graph.networkParameters).example)
    }

    /// The features of a batch of images [N, C, H, W]: N rows.
    ///
    /// - Throws: ``FoveaError`` when the images do not fit, when there is too little memory, or when a feature is NaN or
    ///   infinite, naming the image or the layer that it comes from.
    public func features(_ images: Tensor) async throws -> Tensor {
        let program = try await program(forImages: network.inputs.exampleCount(of: [GraphName.images: images]))
        let features = try await device.run(program, [GraphName.images: images]).tensor(FeatureGraph.outputName)
        if let row = features.firstNonFiniteRow {
            let batch = try network.inputs.batched(images.shape[0])
            let search = NonFiniteCause(
                states: states, diagnostic: try DiagnosticGraph(network, batch: batch), inputs: network.inputs.names)
            throw FoveaError(
                .badData,
                "The features of image \(row + 1) of the batch are not finite; "
                    + "\(try await search.described(for: [GraphName.images: images])).",
                remedy: "Use weights of a training that did not diverge, and images that are finite.")
        }
        return features
    }

    /// The largest number of images, up to `count`, whose features fit in memory at a time; found by planning.
    ///
    /// - Throws: ``FoveaError`` when not even one image fits.
    public func batchSize(upTo count: Int) async throws -> Int {
        count == 1 || programs.value(for: count) != nil ? count : try await memory.fitting(upTo: count)
    }

    private func program(forImages count: Int) async throws -> Program {
        if let known = programs.value(for: count) { return known }
        let graph = try graph(network.inputs.batched(count))
        try await memory.require(graph, for: count)
        let program = try await device.compile(graph, states: states)
        programs.insert(program, for: count)
        return program
    }

    private var memory: BatchMemory {
        BatchMemory(states: states, purpose: "computing features", inputs: network.inputs, graph: graph)
    }

    private var graph: @Sendable (_ batch: Named<TensorType>) throws -> OptimizedGraph {
        { [network, layer, head, origin, device] batch in
            try device.optimized(
                FeatureGraph(network, layer: layer, head: head, pooling: origin.pooling, batch: batch).graph)
        }
    }
}
