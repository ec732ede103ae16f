import FoveaData
import FoveaFormats
import FoveaFoundation
public import FoveaGraph
import FoveaNN

/// The features of some images, with the names of their files and what the features come from.
public struct FeatureTable: Sendable {
    public let origin: FeatureOrigin
    /// The path of each image's file.
    public let paths: [String]
    /// The first axis is the images'.
    public let features: Tensor

    public var count: Int { paths.count }
    /// Number of features of an image.
    public var width: Int { features.shape.elementCount / max(1, count) }

    /// - Throws: ``FoveaError`` when there is not a path for each row of features, when there are none, or when they are not
    ///   finite.
    public init(origin: FeatureOrigin, paths: [String], features: Tensor) throws {
        guard features.shape.rank > 1, features.shape[0] == paths.count, features.dataType == .float32 else {
            throw FoveaError(
                .badData, "The features \(features.type) do not belong to \(paths.count) images.",
                remedy: "Compute them again with fovea features.")
        }
        guard features.shape.elementCount > 0 else {
            throw FoveaError(
                .badData, "There are no features: \(features.type).", remedy: "Compute them again with fovea features.")
        }
        if let row = features.firstNonFiniteRow {
            throw FoveaError(
                .badData, "The features of \(quoted(paths[row])) are not finite.",
                remedy: "Use weights of a training that did not diverge, and compute them again.")
        }
        (self.origin, self.paths, self.features) = (origin, paths, features)
    }
}

/// Files of features.
extension FeatureTable {
    /// The forms of a file, by its extension.
    public enum Format: String, CaseIterable, Sendable {
        /// The tensor `features`; paths and origin are metadata.
        case safetensors
        /// The features alone; paths and origin are in a file beside it, ``FeatureTable/companion(of:)``.
        case npy
        /// A row for each image, its path first: for other programs, and not read again.
        case csv

        /// - Throws: ``FoveaError`` that lists the extensions when there is no such form.
        public init(path: String) throws {
            guard let format = Format(rawValue: path.fileExtension) else {
                throw FoveaError(
                    .usage, "\(quoted(path)) has not the extension of a file of features.",
                    remedy: "Use .safetensors, .npy or .csv.")
            }
            self = format
        }
    }

    /// The version of the description that this Fovea writes and reads.
    private static let formatVersion = 1
    private static let tensorName = "features"
    private static let metadataName = "fovea_features"
    private static let digestName = "digest"
    private static let maximumDescriptionByteCount = 100_000_000

    /// The file beside an NPY file that has what it lacks.
    public static func companion(of path: String) -> String { "\(path).json" }

    /// Writes the features in the form that the extension says: wholly, or not at all.
    ///
    /// - Throws: ``FoveaError`` when the extension says none, or a file cannot be written.
    public func write(to path: String) throws {
        switch try Format(path: path) {
        case .safetensors:
            let types: Named<TensorType> = [Self.tensorName: features.type]
            try Safetensors.write(types, metadata: [Self.metadataName: JSONValue(fields: description).text()], to: path)
            { _ in features }
        case .npy:
            try NPY.write(features, to: path)
            // Where this fails, the digest tells that the file of before is about other features.
            var fields = description
            fields.append((Self.digestName, .string(digest)))
            let text = JSONValue(fields: fields).text(indented: true)
            try replaceFile(at: Self.companion(of: path), with: Array("\(text)\n".utf8))
        case .csv: try writeCSV(to: path)
        }
    }

    private func writeCSV(to path: String) throws {
        let (width, elements) = (width, features.floats)
        try replaceFile(at: path) { file in
            let names = (0..<width).map { ",feature_\($0)" }.joined()
            try file.write(Array("path\(names)\n".utf8))
            for (row, path) in paths.enumerated() {
                let numbers = elements[row * width..<(row + 1) * width].map { ",\($0)" }.joined()
                try file.write(Array("\(csvField(path))\(numbers)\n".utf8))
            }
        }
    }

    private var description: [(String, JSONValue)] {
        [
            ("format_version", .integer(Self.formatVersion)), ("fovea_version", .string(FoveaVersion.current)),
            ("origin", origin.json), ("paths", .array(paths.map(JSONValue.string))),
        ]
    }

    private var digest: String { Weights([(Self.tensorName, features)]).digest }

    /// Reads features that ``write(to:)`` has written as safetensors or NPY.
    ///
    /// - Throws: ``FoveaError`` that names the file when it is missing or damaged, when it has no features, paths or origin,
    ///   or when they do not fit together.
    public init(reading path: String) throws {
        switch try Format(path: path) {
        case .safetensors:
            let file = try SafetensorsFile(at: path)
            guard let stored = file.tensor(named: Self.tensorName), let text = file.metadata[Self.metadataName] else {
                throw FoveaError(
                    .badData, "The file has no features of images.", at: .file(path),
                    remedy: "Name a file that fovea features has written.")
            }
            self = try Self.located(at: path) {
                try Self.table(JSONFields(JSONValue(parsing: Array(text.utf8))), Tensor(copying: stored))
            }
        case .npy:
            let features = try NPY.read(from: path)
            let companion = Self.companion(of: path)
            guard FileKind(at: companion) != nil else {
                throw FoveaError(
                    .missingInput,
                    "There is no file \(quoted(companion)) with the paths of the images beside \(quoted(path)).",
                    remedy: "Name a file that fovea features has written, and keep both together.")
            }
            let text = try readFile(at: companion, limit: Self.maximumDescriptionByteCount)
            self = try Self.located(at: companion) {
                let fields = try JSONFields(JSONValue(parsing: text))
                let table = try Self.table(fields, features, besides: [Self.digestName])
                guard try fields.string(Self.digestName) == table.digest else {
                    throw FoveaError(
                        .badData, "It was written for other features than those in \(quoted(path)).",
                        remedy: "Compute them again with fovea features.")
                }
                return table
            }
        case .csv:
            throw FoveaError(
                .usage, "Features are not read from CSV, as \(quoted(path)) is.",
                remedy: "Write them as .safetensors or .npy.")
        }
    }

    /// - Parameter more: names of fields that the description may have in addition.
    private static func table(
        _ fields: JSONFields, _ features: Tensor, besides more: Set<String> = []
    ) throws -> FeatureTable {
        try fields.expectFormatVersion(formatVersion)
        try fields.refuseFields(besides: more.union(["format_version", "fovea_version", "origin", "paths"]))
        return try FeatureTable(
            origin: FeatureOrigin(fields.object("origin")), paths: fields.strings("paths"), features: features)
    }

    private static func located(at path: String, _ body: () throws -> FeatureTable) throws -> FeatureTable {
        do {
            return try body()
        } catch let error as FoveaError where error.code == .badData {
            throw error.located(at: .file(path))
        }
    }
}
