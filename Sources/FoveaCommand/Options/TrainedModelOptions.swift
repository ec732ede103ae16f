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
    /// - Parameter context: the classes and the preprocessing for a network of the zoo, which comes without them.
    /// - Throws: ``FoveaError`` when the run's model is invalid.
    func load(
        _ reference: ModelReference,
        context: (ModelZoo.Entry) throws -> (classNames: [String], preprocessing: Preprocessing)
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
            guard let weights else {
                throw FoveaError(
                    .usage, "The network `\(entry.name)` has no trained weights of its own.",
                    remedy: "Give a run folder, or --weights with a .safetensors file.")
            }
            let context = try context(entry)
            return SavedModel(
                entry, classNames: context.classNames, preprocessing: context.preprocessing, weightsPath: weights)
        }
    }
}

extension TestTimeAugmentation: ExpressibleByArgument {}
