import FoveaFoundation
import FoveaGraph

/// Everything that a saved model needs besides its weights: the network, its inputs and its outputs.
///
/// `model.json` of a run folder; it travels with every export.
public struct ModelDescription: Hashable, Sendable {
    /// The map from an image's numbers in 0...1 to the network's input: (x − mean) / standard deviation, per channel.
    public struct Preprocessing: Hashable, Sendable {
        public let mean: [Float]
        public let standardDeviation: [Float]
        /// The length of an image's shorter side before the middle is cut out; nil where images are taken as they are.
        public let shorterSide: Int?

        public init(mean: [Float], standardDeviation: [Float], shorterSide: Int? = nil) {
            self.mean = mean
            self.standardDeviation = standardDeviation
            self.shorterSide = shorterSide
        }
    }

    /// The version of `model.json` that this Fovea writes and reads.
    public static let formatVersion = 1

    /// The name of the network in the zoo.
    public let architecture: String
    /// The kind of head that replaces the network's own; nil for its own.
    public var head: String?
    /// The names of the classes, in the order of the network's outputs.
    public let classNames: [String]
    /// Channels, height and width of an image.
    public let input: [Int]
    public let preprocessing: Preprocessing
    /// Nil where the network's logits are taken as they are.
    public var calibration: Calibration?

    /// The number of classes that the network distinguishes.
    public var classes: Int { classNames.count }

    /// - Throws: ``FoveaError`` naming the invalid value: no classes or two of the same name, an input that is not
    ///   channels, height and width, or preprocessing that does not fit the channels.
    public init(
        architecture: String, classNames: [String], input: [Int], preprocessing: Preprocessing,
        calibration: Calibration? = nil
    ) throws {
        self.architecture = architecture
        self.classNames = classNames
        self.input = input
        self.preprocessing = preprocessing
        self.calibration = calibration
        try check()
    }

    private func check() throws {
        try Self.require(!architecture.isEmpty, "The field `architecture` is empty.")
        try Self.require(!classNames.isEmpty, "The field `class_names` has no names.")
        try Self.require(!classNames.contains(""), "The field `class_names` has an empty name.")
        try Self.require(Set(classNames).count == classes, "The field `class_names` has a name twice.")
        try Self.require(
            input.count == 3 && input.allSatisfy(Self.extents.contains),
            "The field `input` is \(input), not channels, height and width from 1 to \(Self.extents.upperBound).")
        let (mean, deviation) = (preprocessing.mean, preprocessing.standardDeviation)
        try Self.require(
            mean.count == input[0] && mean.allSatisfy(\.isFinite),
            "The field `preprocessing.mean` does not have one number per channel (\(input[0])).")
        try Self.require(
            deviation.count == input[0] && deviation.allSatisfy { $0.isFinite && $0 > 0 },
            "The field `preprocessing.standard_deviation` does not have one positive number per channel (\(input[0])).")
        if let shorterSide = preprocessing.shorterSide {
            let crop = max(input[1], input[2])
            try Self.require(
                (crop...maximumImageExtent).contains(shorterSide),
                "The field `preprocessing.shorter_side` is \(shorterSide), not from \(crop) to \(maximumImageExtent).")
        }
    }

    private static let extents = 1...maximumImageExtent

    static func require(_ condition: Bool, _ problem: String) throws {
        guard condition else { throw FoveaError(.badData, problem) }
    }
}

extension ModelDescription {
    /// The description in the form of `model.json`.
    public var json: JSONValue {
        let fields: [(String, JSONValue)] = [
            ("format_version", .integer(Self.formatVersion)),
            ("fovea_version", .string(FoveaVersion.current)),
            ("architecture", .string(architecture)),
            ("input", .array(input.map(JSONValue.integer))),
            ("classes", .integer(classes)),
            ("class_names", .array(classNames.map(JSONValue.string))),
            ("preprocessing", preprocessing.json),
        ]
        let optional: [(String, JSONValue)?] = [
            head.map { ("head", .string($0)) }, calibration.map { ("calibration", $0.json) },
        ]
        return JSONValue(fields: fields + optional.compactMap { $0 })
    }

    /// Reads the form that ``json`` writes.
    ///
    /// - Throws: ``FoveaError`` naming the field that is missing, unknown or wrong, or the version that reads the file.
    public init(json: JSONValue) throws {
        let fields = try JSONFields(json)
        try fields.expectFormatVersion(Self.formatVersion)
        try fields.refuseFields(besides: [
            "format_version", "fovea_version", "architecture", "input", "classes", "class_names", "preprocessing",
            "head", "calibration",
        ])
        try self.init(
            architecture: fields.string("architecture"), classNames: fields.strings("class_names"),
            input: fields.integers("input", in: Self.extents),
            preprocessing: Preprocessing(fields.object("preprocessing")),
            calibration: fields.contains("calibration") ? Calibration(fields.object("calibration")) : nil)
        if fields.contains("head") { head = try fields.string("head") }
        let stated = try fields.integer("classes", in: 1...Int.max)
        try Self.require(
            stated == classes, "The field `classes` is \(stated), but there are \(classes) `class_names`.")
    }
}

extension ModelDescription.Preprocessing {
    /// The preprocessing in the form of the files of models and networks.
    package var json: JSONValue {
        let fields: [(String, JSONValue)] = [
            ("mean", .array(mean.map { JSONValue($0) })),
            ("standard_deviation", .array(standardDeviation.map { JSONValue($0) })),
        ]
        return JSONValue(fields: fields + (shorterSide.map { [("shorter_side", .integer($0))] } ?? []))
    }

    /// Reads the form that ``json`` writes.
    package init(_ fields: JSONFields) throws {
        try fields.refuseFields(besides: ["mean", "standard_deviation", "shorter_side"])
        self.init(
            mean: try fields.floats("mean"), standardDeviation: try fields.floats("standard_deviation"),
            shorterSide: try fields.contains("shorter_side")
                ? fields.integer("shorter_side", in: 1...maximumImageExtent) : nil)
    }
}
