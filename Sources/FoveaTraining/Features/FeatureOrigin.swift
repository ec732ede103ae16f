public import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
public import FoveaNN

/// What features come from: only those of the same origin can be compared.
public struct FeatureOrigin: Hashable, Sendable {
    /// The name of the network.
    public let network: String
    /// ``Weights/digest`` of the weights below the layer.
    public let weights: String
    /// The path of the layer.
    public let layer: String
    public let pooling: FeatureGraph.Pooling
    public let preprocessing: Preprocessing

    public init(
        network: String, weights: String, layer: String, pooling: FeatureGraph.Pooling, preprocessing: Preprocessing
    ) {
        (self.network, self.weights, self.layer, self.pooling) = (network, weights, layer, pooling)
        self.preprocessing = preprocessing
    }

    /// Throws unless features of this origin can be compared with others.
    ///
    /// - Parameters:
    ///   - other: the origin of features in a file.
    ///   - path: that file's.
    /// - Throws: ``FoveaError`` that lists all differences.
    public func expectSame(as other: FeatureOrigin, inFileAt path: String) throws {
        func difference(_ name: String, _ own: String, _ theirs: String) -> String? {
            own == theirs ? nil : "\(name) \(quoted(theirs)) and not \(quoted(own))"
        }
        let differences = [
            difference("of the network", network, other.network),
            // The weights below another layer are others in any case.
            weights == other.weights || layer != other.layer ? nil : "of other weights",
            difference("of the layer", layer, other.layer),
            difference("with the pooling", pooling.rawValue, other.pooling.rawValue),
            difference("of images of", preprocessing.sizeText, other.preprocessing.sizeText),
            preprocessing.hasNumbers(of: other.preprocessing) ? nil : "of images with another mean or deviation",
        ].compactMap(\.self)
        guard !differences.isEmpty else { return }
        throw FoveaError(
            .badData, "The features in \(quoted(path)) are \(differences.joined(separator: ", ")).",
            remedy: "Compute them again with the network in use: fovea features … --out \(path).")
    }
}

extension Preprocessing {
    /// `3×224×224 from 256`
    fileprivate var sizeText: String {
        "\(channels)×\(height)×\(width)" + (sizing.map { " from \($0.shorterSide)" } ?? "")
    }

    fileprivate func hasNumbers(of other: Preprocessing) -> Bool {
        mean == other.mean && standardDeviation == other.standardDeviation
    }
}

extension FeatureOrigin {
    var json: JSONValue {
        [
            "network": .string(network), "weights": .string(weights), "layer": .string(layer),
            "pooling": .string(pooling.rawValue),
            "input": .array(
                [preprocessing.channels, preprocessing.height, preprocessing.width].map(JSONValue.integer)),
            "preprocessing": preprocessing.description.json,
        ]
    }

    /// Reads the form that ``json`` writes.
    ///
    /// - Throws: ``FoveaError`` naming the field that is missing, unknown or wrong.
    init(_ fields: JSONFields) throws {
        try fields.refuseFields(besides: ["network", "weights", "layer", "pooling", "input", "preprocessing"])
        let name = try fields.string("pooling")
        guard let pooling = FeatureGraph.Pooling(rawValue: name) else {
            throw FoveaError(.badData, "The field `pooling` is \(quoted(name)).", remedy: "Known are average and none.")
        }
        let input = try fields.integers("input", in: 1...maximumImageExtent)
        guard input.count == 3 else {
            throw FoveaError(.badData, "The field `input` is \(input), not channels, height and width.")
        }
        let numbers = try ModelDescription.Preprocessing(fields.object("preprocessing"))
        self.init(
            network: try fields.string("network"), weights: try fields.string("weights"),
            layer: try fields.string("layer"), pooling: pooling,
            preprocessing: try Preprocessing(
                channels: input[0], height: input[1], width: input[2], mean: numbers.mean,
                standardDeviation: numbers.standardDeviation, shorterSide: numbers.shorterSide))
    }
}

extension Preprocessing {
    fileprivate var description: ModelDescription.Preprocessing {
        ModelDescription.Preprocessing(
            mean: mean, standardDeviation: standardDeviation, shorterSide: sizing?.shorterSide)
    }
}
