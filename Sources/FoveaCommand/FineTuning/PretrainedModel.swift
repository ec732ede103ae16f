import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaTraining

/// The trained network that a fine-tuning starts from: its architecture, its weights, and how its images were prepared.
struct PretrainedModel {
    let entry: ModelZoo.Entry
    let weights: SafetensorsFile
    let weightsPath: String
    /// The mean and the deviation of each channel; nil where nobody says.
    private let standardization: (mean: [Float], deviation: [Float])?
    /// Where the mean and the deviation come from: `standardized as …`.
    let origin: String
    private let channels: Int
    /// The height and the width that its images had.
    private let size: (height: Int, width: Int)

    /// - Parameters:
    ///   - model: a network of the zoo, or a run folder.
    ///   - weights: the file of the weights; by default the best of the run.
    /// - Throws: ``FoveaError`` when there is no such network or no weights.
    init(_ model: String, weights: String?) throws {
        switch try ModelReference(model) {
        case .run(let folder):
            entry = try ModelZoo.entry(named: folder.model.architecture)
            weightsPath = weights ?? folder.weightsPath()
            self.weights = try SafetensorsFile(at: weightsPath)
            let description = folder.model
            standardization = (description.preprocessing.mean, description.preprocessing.standardDeviation)
            origin = "the run \(quoted(folder.path)) has it"
            (channels, size) = (description.input[0], (description.input[1], description.input[2]))
        case .zoo(let entry):
            guard let weights else {
                throw FoveaError(
                    .usage, "The network `\(entry.name)` has no trained weights of its own.",
                    remedy: "Give --weights with a .safetensors file, or a run folder as --model.")
            }
            self.entry = entry
            weightsPath = weights
            self.weights = try SafetensorsFile(at: weights)
            if let stated = try Self.standardization(in: self.weights, channels: entry.input[0], path: weights) {
                (standardization, origin) = (stated, "the weights' metadata says")
            } else if entry.classes == 1000 {
                let usual = try Preprocessing.imageNet()
                standardization = (usual.mean, usual.standardDeviation)
                origin = "torchvision's weights for ImageNet expect"
            } else {
                (standardization, origin) = (nil, "the training part suggests: the weights do not say")
            }
            (channels, size) = (entry.input[0], (entry.input[1], entry.input[2]))
        }
    }

    /// The `mean` and `std` of the metadata of a file: JSON arrays with a number for each channel.
    private static func standardization(
        in file: SafetensorsFile, channels: Int, path: String
    ) throws -> (mean: [Float], deviation: [Float])? {
        guard let mean = file.metadata["mean"], let deviation = file.metadata["std"] else { return nil }
        func numbers(_ text: String, _ name: String) throws -> [Float] {
            let fields = try? JSONFields(JSONValue(parsing: Array("{\"\(name)\": \(text)}".utf8)))
            guard let values = try? fields?.floats(name), values.count == channels,
                values.allSatisfy({ $0.isFinite && (name == "mean" || $0 > 0) })
            else {
                throw FoveaError(
                    .badData, "The metadata `\(name)` of \(quoted(path)) is \(quoted(text)).",
                    remedy: "It should be an array of \(channels) numbers, such as [0.485, 0.456, 0.406].")
            }
            return values
        }
        return (try numbers(mean, "mean"), try numbers(deviation, "std"))
    }

    /// The preprocessing for a data set, with images of a size that is asked for.
    ///
    /// - Parameter training: gives the statistics where the weights have none.
    func preprocessing(imageSize: Int?, training: any ExampleSource) throws -> Preprocessing {
        let (height, width) = imageSize.map { ($0, $0) } ?? size
        let sizing = try ResizeAndCenterCrop(evaluating: height, width)
        guard let (mean, deviation) = standardization else {
            return try Preprocessing(SourceSummary(of: training, sizing: sizing), sizing: sizing)
        }
        return try Preprocessing(
            channels: channels, height: height, width: width, mean: mean, standardDeviation: deviation,
            shorterSide: sizing.shorterSide)
    }
}
