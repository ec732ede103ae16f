import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import OrderedCollections

/// The folder of a training run: its command, the model, its weights, and the metrics of each epoch.
///
/// ```
/// run.json              command, versions, seed, data fingerprint, every setting
/// model.json            architecture, input size, preprocessing, class names
/// weights/best.safetensors   weights/last.safetensors
/// metrics.csv           one row per epoch      metrics.jsonl   the same, for programs
/// kernels.json          which kernels computed, so that a run can be repeated to the bit
/// ```
/// Every file is written wholly or not at all.
public struct RunFolder: Hashable, Sendable {
    /// The weights of a run that are kept.
    public enum Weights: String, Hashable, Sendable, CaseIterable {
        /// The weights of the epoch with the best validation accuracy.
        case best
        /// The weights of the latest epoch.
        case last
    }

    public let path: String
    public private(set) var model: ModelDescription

    // MARK: Writing

    /// Creates the folder `parent/name-N` with the first free N, from 1 on.
    ///
    /// - Throws: ``FoveaError`` when `name` cannot be part of a folder's name or the folder cannot be written.
    public static func create(
        named name: String, in parent: String = "runs/train", run: RunDescription, model: ModelDescription
    ) throws -> RunFolder {
        guard !name.isEmpty, !name.contains("/") else {
            throw FoveaError(.usage, "\(quoted(name)) cannot name a run folder.", remedy: "Use a name without slashes.")
        }
        // Creating is the test: two runs that start together never share a folder.
        for number in 1...maximumNumber {
            let path = "\(parent)/\(name)-\(number)"
            if try createFolder(at: path) { return try RunFolder(filling: path, run: run, model: model) }
        }
        throw FoveaError(
            .cannotCreate, "\(quoted(parent)) has \(maximumNumber) runs named \(quoted(name)).",
            remedy: "Remove old runs or choose another folder with `--out`.")
    }

    /// Creates the folder `path`, which must not exist: no run overwrites another.
    ///
    /// - Throws: ``FoveaError`` when something of that name exists already or the folder cannot be written.
    public static func create(at path: String, run: RunDescription, model: ModelDescription) throws -> RunFolder {
        guard try createFolder(at: path) else { throw occupied(path) }
        return try RunFolder(filling: path, run: run, model: model)
    }

    /// Throws ``FoveaError`` when something exists at `path`, so that a long preparation is not in vain.
    public static func expectFree(_ path: String) throws {
        if FileKind(at: path, followingLinks: false) != nil { throw occupied(path) }
    }

    private static func occupied(_ path: String) -> FoveaError {
        FoveaError(.cannotCreate, "\(quoted(path)) exists already.", remedy: "Choose another folder, or move it away.")
    }

    private static let maximumNumber = 100_000

    private init(filling path: String, run: RunDescription, model: ModelDescription) throws {
        self.path = path
        self.model = model
        do {
            try replaceFile(at: "\(path)/run.json", with: Self.text(run.json))
            try replaceFile(at: "\(path)/model.json", with: Self.text(model.json))
            try replaceFile(
                at: "\(path)/metrics.csv",
                with: Array("\(EpochMetrics.csvHeader(of: EpochMetrics.classification))\n".utf8))
            _ = try createFolder(at: "\(path)/weights")
            try synchronizeFolder(parentFolder(of: path))
        } catch {
            // Safe to remove whole: this call created the folder. The original error is the one to report.
            removeFolder(path)
            throw error
        }
    }

    static func text(_ json: JSONValue) -> [UInt8] { Array("\(json.text(indented: true))\n".utf8) }

    /// Replaces the best or the last weights.
    ///
    /// - Throws: ``FoveaError`` when a tensor has an element that is NaN or infinite, or the file cannot be written;
    ///   existing weights are then unchanged.
    public func save(_ tensors: OrderedDictionary<String, Tensor>, as weights: Weights) throws {
        try save(Named(tensors.map { ($0.key, $0.value.type) }), as: weights) { name in
            guard let tensor = tensors[name] else { preconditionFailure("the types are those of the tensors") }
            return tensor
        }
    }

    /// Replaces the best or the last weights by tensors that are read one at a time.
    ///
    /// - Parameter read: returns the tensor of a name, of the declared type.
    /// - Throws: as ``save(_:as:)``, and what `read` throws.
    public func save(
        _ types: Named<TensorType>, as weights: Weights, reading read: (String) throws -> Tensor
    ) throws {
        try Safetensors.write(types, metadata: ["format": "pt"], to: weightsPath(weights)) { name in
            let tensor = try read(name)
            guard tensor.isFinite else {
                throw FoveaError(
                    .badData, "\(quoted(name)) has an element that is not finite: such weights are not saved.",
                    remedy: "Lower the learning rate.")
            }
            return tensor
        }
    }

    /// The path of the choices of kernels.
    public var kernelsPath: String { "\(path)/kernels.json" }

    /// Adds an epoch to `metrics.csv` and `metrics.jsonl`.
    public func append(_ metrics: EpochMetrics) throws {
        try appendLine(metrics.csvRow, to: "\(path)/metrics.csv")
        try appendLine(metrics.json.text(), to: "\(path)/metrics.jsonl")
    }

    /// Replaces the calibration of the model in `model.json`.
    ///
    /// - Throws: ``FoveaError`` when the file cannot be written; it is then unchanged.
    public mutating func save(_ calibration: ModelDescription.Calibration) throws {
        var calibrated = model
        calibrated.calibration = calibration
        try replaceFile(at: modelPath, with: Self.text(calibrated.json))
        model = calibrated
    }

    // MARK: Reading

    /// The path of the model's description.
    public var modelPath: String { "\(path)/model.json" }

    /// The path of the start of the run.
    public var runPath: String { "\(path)/run.json" }

    /// The start of the run; nil where the folder has no `run.json`.
    ///
    /// - Throws: ``FoveaError`` that names the file when it cannot be read.
    public func readRun() throws -> RunDescription? {
        guard FileKind(at: runPath) != nil else { return nil }
        let text = try readFile(at: runPath, limit: Self.maximumDescriptionByteCount)
        do {
            return try RunDescription(json: JSONValue(parsing: text))
        } catch let error as FoveaError {
            throw error.located(at: .file(runPath))
        }
    }

    /// Opens a run folder for the use of its model.
    ///
    /// - Throws: ``FoveaError`` when the folder or its `model.json` is missing, or `model.json` is wrong.
    public init(opening path: String) throws {
        self.path = path
        let modelPath = "\(path)/model.json"
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        guard FileKind(at: path) != .other, names?.contains("model.json") != false else {
            throw FoveaError(
                .missingInput, "\(quoted(path)) is no run folder: it has no `model.json`.",
                remedy: "Give the folder that a training has left.")
        }
        let text = try readFile(at: modelPath, limit: Self.maximumDescriptionByteCount)
        do {
            model = try ModelDescription(json: JSONValue(parsing: text))
        } catch let error as FoveaError {
            throw error.located(at: .file(modelPath))
        }
    }

    /// Far above any list of class names.
    private static let maximumDescriptionByteCount = 16 << 20

    /// The path of the best or the last weights.
    public func weightsPath(_ weights: Weights = .best) -> String {
        "\(path)/weights/\(weights.rawValue).safetensors"
    }

    /// Reads the best or the last weights.
    ///
    /// - Throws: as ``Safetensors/read(from:)``.
    public func readWeights(_ weights: Weights = .best) throws -> OrderedDictionary<String, Tensor> {
        try Safetensors.read(from: weightsPath(weights)).tensors
    }
}
