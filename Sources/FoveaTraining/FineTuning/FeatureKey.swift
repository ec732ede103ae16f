import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// Everything that the bits of features depend on, but for the picture.
struct FeatureKey: Hashable, Sendable {
    let text: String

    /// 32 hexadecimal digits.
    var name: String { ContentDigest(of: text).text }
}

/// The keys of the features that a frozen body computes, for each view.
struct FeatureKeys: Sendable {
    /// The features of one example.
    let types: Named<TensorType>
    private let origin: [(String, JSONValue)]
    /// The transforms of the first view and of all others; nil where they cannot be told from others.
    private let transforms: (plain: String?, augmenting: String?)
    private let seed: UInt64

    /// - Parameters:
    ///   - weights: those of the whole network.
    ///   - batchSize: the number of images that are computed at a time.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    init(
        _ body: TracedNetwork, weights: Weights, batchSize: Int, transforms: FeatureTransforms, seed: UInt64,
        device: Device
    ) throws {
        types = try body.signature.outputs
        let parameters = try body.parameters.compactMap { parameter in
            weights[parameter.path].map { (parameter.path, $0) }
        }
        let graph = try InferenceGraph(body, batch: body.inputs.batched(1)).graph
        let profile = device.backend.profile
        origin = [
            ("format_version", .integer(FeatureShard.formatVersion)), ("fovea_version", .string(FoveaVersion.current)),
            ("body", .string(ContentDigest(of: graph.description).text)),
            ("weights", .string(Weights(parameters).digest)),
            ("outputs", .array(types.map { .string("\($0) \($1)") })), ("batch_size", .integer(batchSize)),
            ("device", .string(device.backend.name)), ("machine", .string(profile.machine)),
            ("kernels", .string(profile.kernels.map { "\($0.rule)" } ?? "")),
            ("passes_left_out", .array(device.options.withoutPasses.sorted().map(JSONValue.string))),
            ("libraries", JSONValue(fields: ImageFile.libraries.map { ($0.name, .string($0.version)) })),
        ]
        self.transforms = (transforms.plain.settingsText, transforms.augmenting.settingsText)
        self.seed = seed
    }

    /// Nil where the transforms of a view cannot be told from others.
    func key(ofView view: Int) -> FeatureKey? {
        guard let text = view == 0 ? transforms.plain : transforms.augmenting else { return nil }
        var fields = origin + [("transforms", .string(text))]
        if view > 0 { fields += [("seed", .string("\(seed)")), ("view", .integer(view))] }
        return FeatureKey(text: JSONValue(fields: fields).text())
    }
}

/// The transforms of the images whose features are computed.
struct FeatureTransforms: Sendable {
    /// Those of the first view: as in evaluation.
    let plain: [any Transform]
    /// Those of all others, whose random numbers depend on the view.
    let augmenting: [any Transform]
}
