public import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
public import FoveaTraining
import FoveaFoundation

/// A network with trained weights.
struct TrainedModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Run folder, or network of the zoo together with --weights.", valueName: "folder|name"))
    var model: String

    @Option(
        help: ArgumentHelp("Weights to use, a .safetensors file. (default: the run's best weights)", valueName: "file"))
    var weights: String?

    @Option(
        help:
            "Views of each image whose probabilities are averaged: none is the image alone, flip adds its mirror image."
    )
    var tta = TestTimeAugmentation.none

    /// The network with its weights.
    ///
    /// - Parameters:
    ///   - data: what it is measured on, which has the classes of a network of the zoo; nil for files of images.
    ///   - classNames: the classes of a network of the zoo; nil for those that its weights name.
    ///   - imageSize: other height and width of images than the model's.
    /// - Throws: ``FoveaError`` when the run's model is invalid, or nothing says how images are to be prepared.
    func load(
        _ reference: ModelReference, data: DataSplits? = nil, classNames: [String]? = nil, imageSize: Int? = nil
    ) throws -> SavedModel {
        switch reference {
        case .run(let folder):
            let best = folder.weightsPath(.best)
            let last = folder.weightsPath(.last)
            if weights == nil, FileKind(at: best) == nil, FileKind(at: last) == .regularFile {
                StandardError.notice("the run was stopped before its first epoch ended: using its last weights")
                return try SavedModel(folder, weightsPath: last)
            }
            return try SavedModel(folder, weightsPath: weights)
        case .zoo(let entry):
            let pretrained = try PretrainedModel(entry, weightsPath: weights)
            // Training takes images of one size as they are, by statistics of their own.
            let ofOneSize = pretrained.statesStandardization ? nil : data.flatMap { $0.files == nil ? $0 : nil }
            let preprocessing =
                try ofOneSize.map { try Preprocessing(fittedTo: $0.training) }
                ?? pretrained.preprocessing(imageSize: imageSize, for: data)
            return SavedModel(
                entry,
                classNames: try classNames ?? data?.training.classNames ?? pretrained.numberedClassNames,
                preprocessing: preprocessing, weightsPath: pretrained.weightsPath)
        }
    }
}

extension TestTimeAugmentation: ExpressibleByArgument {}
