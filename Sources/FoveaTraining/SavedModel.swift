public import FoveaData
public import FoveaFormats
import FoveaFoundation
import FoveaGraph
public import FoveaNN

/// A network of the zoo with trained weights, and everything else needed to use it: preprocessing and class names.
public struct SavedModel: Sendable {
    /// The name of the network in the zoo.
    public let architecture: String
    public let layer: any Layer
    /// The names of the classes, in the order of the network's outputs.
    public let classNames: [String]
    public let preprocessing: Preprocessing
    /// The file that the weights come from: a safetensors file, read when they are put on a device.
    public let weightsPath: String
    /// Nil where the weights have not been calibrated.
    public let calibration: ModelDescription.Calibration?

    /// A network of the zoo with weights from a file.
    public init(
        _ entry: ModelZoo.Entry, head: ClassifierHead = .own, classNames: [String], preprocessing: Preprocessing,
        weightsPath: String, calibration: ModelDescription.Calibration? = nil
    ) {
        architecture = entry.name
        layer = entry.make(classNames.count, head: head)
        self.classNames = classNames
        self.preprocessing = preprocessing
        self.weightsPath = weightsPath
        self.calibration = calibration
    }

    /// The model of a run folder.
    ///
    /// - Parameter weightsPath: other weights than the run's best, which its calibration does not hold for.
    /// - Throws: ``FoveaError`` when the folder's model is invalid.
    public init(_ folder: RunFolder, weightsPath: String? = nil) throws {
        let model = folder.model
        guard model.preprocessing.sequences == nil else {
            throw FoveaError(
                .usage, "The run \(quoted(folder.path)) is of a network over sequences, and this is for images.",
                remedy: "Use `fovea evaluate` or `fovea predict`, which take both.")
        }
        try self.init(
            ModelZoo.entry(named: model.architecture), head: ClassifierHead(model), classNames: model.classNames,
            preprocessing: Preprocessing(model), weightsPath: weightsPath ?? folder.weightsPath(),
            calibration: weightsPath == nil ? model.calibration : nil)
    }
}

extension ClassifierHead {
    /// The head of a saved model.
    ///
    /// - Throws: ``FoveaError`` when there is no such head.
    fileprivate init(_ model: ModelDescription) throws {
        guard let name = model.head else {
            self = .own
            return
        }
        guard let head = ClassifierHead(rawValue: name) else {
            throw FoveaError(
                .badData, "The field `head` of `model.json` is \(quoted(name)), which this version does not know.",
                remedy: "Use the version of Fovea that the run was made with.")
        }
        self = head
    }
}

extension ModelDescription {
    /// The description that is saved for a network of the zoo.
    public init(
        _ entry: ModelZoo.Entry, head: ClassifierHead = .own, classNames: [String],
        preprocessing: FoveaData.Preprocessing
    ) throws {
        try self.init(
            architecture: entry.name, classNames: classNames,
            input: [preprocessing.channels, preprocessing.height, preprocessing.width],
            preprocessing: Preprocessing(
                mean: preprocessing.mean, standardDeviation: preprocessing.standardDeviation,
                shorterSide: preprocessing.sizing?.shorterSide))
        if head != .own { self.head = head.rawValue }
    }
}

extension Preprocessing {
    /// The preprocessing of a saved model.
    ///
    /// - Throws: ``FoveaError`` when no image can have the model's input.
    public init(_ model: ModelDescription) throws {
        try self.init(
            channels: model.input[0], height: model.input[1], width: model.input[2], mean: model.preprocessing.mean,
            standardDeviation: model.preprocessing.standardDeviation, shorterSide: model.preprocessing.shorterSide)
    }
}
