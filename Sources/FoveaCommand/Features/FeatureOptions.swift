public import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
public import FoveaNN
import FoveaRuntime
import FoveaTraining

/// The network whose features are wanted, and the layer that gives them.
struct FeatureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Run folder, or network of the zoo together with --weights.", valueName: "folder|name"))
    var model: String

    @Option(
        help: ArgumentHelp("Weights to use, a .safetensors file. (default: the run's best weights)", valueName: "file"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Layer or block whose results are the features, by its path in `fovea summary`. (default: the one below the classifier)",
            valueName: "path"))
    var layer: String?

    @Option(help: "Pooling of features with height and width: average takes the mean over space, none keeps them.")
    var pool: FeatureGraph.Pooling?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Height and width of the network's images, cut from the middle. (default: the run's, or 224)",
            valueName: "pixels"))
    var imageSize: Int?

    /// Puts the network up to the layer on a device.
    ///
    /// - Parameter known: the origin of features to compare with, which says what options do not.
    /// - Throws: ``FoveaError`` when the model, its weights or the layer are not there, or sizes make no sense.
    func extractor(like known: FeatureOrigin? = nil, on device: Device) async throws -> FeatureExtractor {
        let saved = try saved()
        // Layers of other networks have other names.
        let known = known?.network == saved.name ? known : nil
        let extractor = try await FeatureExtractor(
            saved.layer, named: saved.name, weightsPath: saved.weights,
            preprocessing: sized(saved.preprocessing, known), layer: layer ?? known?.layer,
            head: ModelZoo.entry(named: saved.name).head, pooling: pool ?? known?.pooling ?? .average, device: device)
        extractor.shortenedName?.report(saved.weights)
        return extractor
    }

    private func saved() throws -> (name: String, layer: any Layer, weights: String, preprocessing: Preprocessing) {
        switch try ModelReference(model) {
        case .run(let folder):
            let saved = try SavedModel(folder, weightsPath: weights)
            return (saved.architecture, saved.layer, saved.weightsPath, saved.preprocessing)
        case .zoo(let entry):
            let pretrained = try PretrainedModel(entry, weightsPath: weights)
            return (entry.name, entry.make(entry.classes), pretrained.weightsPath, try pretrained.preprocessing())
        }
    }

    private func sized(_ own: Preprocessing, _ known: FeatureOrigin?) throws -> Preprocessing {
        let (height, width, shorterSide): (Int, Int, Int?)
        if let imageSize {
            let sizing = try ResizeAndCenterCrop(evaluating: imageSize, imageSize)
            (height, width, shorterSide) = (sizing.height, sizing.width, sizing.shorterSide)
        } else if let known = known?.preprocessing {
            (height, width, shorterSide) = (known.height, known.width, known.sizing?.shorterSide)
        } else {
            return own
        }
        return try Preprocessing(
            channels: own.channels, height: height, width: width, mean: own.mean,
            standardDeviation: own.standardDeviation, shorterSide: shorterSide)
    }
}

extension FeatureGraph.Pooling: ExpressibleByArgument {}
