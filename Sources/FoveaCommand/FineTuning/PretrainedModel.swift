import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaTraining

/// A network of the zoo with trained weights, and what these were trained for: the classes, and how images were prepared.
struct PretrainedModel {
    let entry: ModelZoo.Entry
    let weights: SafetensorsFile
    let weightsPath: String
    /// The names of the classes; nil where nobody says.
    let classNames: [String]?
    /// The mean and the deviation of each channel; nil where nobody says.
    private let standardization: (mean: [Float], deviation: [Float])?
    /// Whether the weights themselves or their run say how images were standardized.
    let statesStandardization: Bool
    /// Where the mean and the deviation come from: `standardized as …`.
    let origin: String
    private let channels: Int
    /// The height and the width that its images had.
    let size: (height: Int, width: Int)
    /// How images were brought to that size; nil where they had it, or nobody says.
    private let sizing: ResizeAndCenterCrop?

    /// - Parameters:
    ///   - model: a network of the zoo, or a run folder.
    ///   - weights: the file of the weights; by default the best of the run.
    /// - Throws: ``FoveaError`` when there is no such network or no weights.
    init(_ model: String, weights: String?) throws {
        switch try ModelReference(model) {
        case .run(let folder): try self.init(folder, weightsPath: weights ?? folder.weightsPath())
        case .zoo(let entry): try self.init(entry, weightsPath: weights)
        }
    }

    private init(_ folder: RunFolder, weightsPath: String) throws {
        entry = try ModelZoo.entry(named: folder.model.architecture)
        self.weightsPath = weightsPath
        weights = try SafetensorsFile(at: weightsPath)
        let preprocessing = try Preprocessing(folder.model)
        standardization = (preprocessing.mean, preprocessing.standardDeviation)
        (statesStandardization, origin) = (true, "the run \(quoted(folder.path)) has it")
        classNames = folder.model.classNames
        (channels, size) = (preprocessing.channels, (preprocessing.height, preprocessing.width))
        sizing = preprocessing.sizing
    }

    /// - Throws: ``FoveaError`` when no weights are given or their file is damaged.
    init(_ entry: ModelZoo.Entry, weightsPath: String?) throws {
        guard let weightsPath else {
            throw FoveaError(
                .usage, "The network `\(entry.name)` has no trained weights of its own.",
                remedy: "Give a run folder as --model, or --weights with a .safetensors file.")
        }
        self.entry = entry
        self.weightsPath = weightsPath
        weights = try SafetensorsFile(at: weightsPath)
        classNames = try Self.classNames(in: weights, path: weightsPath)
        let stated = try Self.standardization(in: weights, channels: entry.input[0], path: weightsPath)
        statesStandardization = stated != nil
        if let stated {
            (standardization, origin) = (stated, "the weights' metadata says")
        } else if entry.classes == 1000 {
            let usual = try Preprocessing.imageNet()
            standardization = (usual.mean, usual.standardDeviation)
            origin = "torchvision's weights for ImageNet expect"
        } else {
            (standardization, origin) = (nil, "the training part suggests: the weights do not say")
        }
        (channels, size, sizing) = (entry.input[0], (entry.input[1], entry.input[2]), nil)
    }

    /// The `classes` of the metadata of a file: a JSON array of names.
    private static func classNames(in file: SafetensorsFile, path: String) throws -> [String]? {
        guard let text = file.metadata["classes"] else { return nil }
        let fields = try? JSONFields(JSONValue(parsing: Array("{\"classes\": \(text)}".utf8)))
        guard let names = try? fields?.strings("classes"), !names.isEmpty, Set(names).count == names.count else {
            throw FoveaError(
                .badData, "The metadata `classes` of \(quoted(path)) is \(quoted(text)).",
                remedy: "It should be an array of different names, such as [\"cat\", \"dog\"].")
        }
        return names
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

    /// The names of the classes, or numbers from 0 where nobody says.
    ///
    /// - Throws: ``FoveaError`` when the network cannot be traced.
    var numberedClassNames: [String] {
        get throws {
            if let classNames { return classNames }
            let count = try PretrainedWeights.headShape(in: weights, of: entry)?.dimensions.first ?? entry.classes
            return (0..<min(count, 1_000_000)).map(String.init)
        }
    }

    /// The preprocessing for some data, with images of a size that is asked for.
    ///
    /// - Parameter data: gives the statistics where the weights have none; nil where there are only files of images.
    /// - Throws: ``FoveaError`` when nobody says how images were standardized, or the size is invalid.
    func preprocessing(imageSize: Int? = nil, for data: DataSplits? = nil) throws -> Preprocessing {
        let (height, width) = imageSize.map { ($0, $0) } ?? size
        var sizing = imageSize == nil ? self.sizing : nil
        if sizing == nil, try data?.haveImages(height, width) != true {
            sizing = try ResizeAndCenterCrop(evaluating: height, width)
        }
        if let (mean, deviation) = standardization {
            return try Preprocessing(
                channels: channels, height: height, width: width, mean: mean, standardDeviation: deviation,
                shorterSide: sizing?.shorterSide)
        }
        guard let data else {
            throw FoveaError(
                .usage, "Nothing says how images were standardized for \(quoted(weightsPath)).",
                remedy: "Write \"mean\" and \"std\" into the metadata of the file, or give a run folder as --model.")
        }
        return try Preprocessing(fittedTo: data.training, sizing: sizing)
    }
}

extension DataSplits {
    /// Whether all images have this size already.
    fileprivate func haveImages(_ height: Int, _ width: Int) throws -> Bool {
        guard files == nil, let shape = try training.exampleTypes[Batch.imagesName]?.shape else { return false }
        return shape[1] == height && shape[2] == width
    }
}
