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

        /// How sequences are prepared; nil where the network takes images.
        public let sequences: Sequences?

        public init(
            mean: [Float], standardDeviation: [Float], shorterSide: Int? = nil, sequences: Sequences? = nil
        ) {
            self.mean = mean
            self.standardDeviation = standardDeviation
            self.shorterSide = shorterSide
            self.sequences = sequences
        }
    }

    /// How sequences are prepared, by the names that the command line has for it.
    public struct Sequences: Hashable, Sendable {
        /// The treatment of missing values.
        public let missing: String
        /// What the numbers are scaled by.
        public let scaling: String
        /// What texts are read as; nil for series.
        public let tokens: Tokens?
        /// The seed of the order in which the pixels of images were read; nil for other data.
        public let permutationSeed: UInt64?
        /// How a long series was cut into windows; nil where examples are whole.
        public let window: Window?
        /// What the network gives; nil for the class of a sequence.
        public let predicts: String?
        /// What is said of the steps that follow; nil where nothing is.
        public let forecast: Forecast?

        public init(
            missing: String, scaling: String, tokens: Tokens? = nil, permutationSeed: UInt64? = nil,
            window: Window? = nil, predicts: String? = nil, forecast: Forecast? = nil
        ) {
            self.missing = missing
            self.scaling = scaling
            self.tokens = tokens
            self.permutationSeed = permutationSeed
            self.window = window
            self.predicts = predicts
            self.forecast = forecast
        }

        /// Windows of a long series.
        public struct Window: Hashable, Sendable {
            /// The number of steps of a window.
            public let length: Int
            /// The number of steps from one window to the next.
            public let stride: Int

            public init(length: Int, stride: Int) { (self.length, self.stride) = (length, stride) }
        }

        /// The next steps of some channels.
        public struct Forecast: Hashable, Sendable {
            /// The number of steps ahead.
            public let horizon: Int
            /// The indices of the channels.
            public let channels: [Int]
            /// The names of these channels.
            public let names: [String]

            public init(horizon: Int, channels: [Int], names: [String]) {
                (self.horizon, self.channels, self.names) = (horizon, channels, names)
            }
        }

        /// The tokens of texts.
        public struct Tokens: Hashable, Sendable {
            /// `characters`, `bytes` or `words`.
            public let kind: String
            /// The known tokens in the order of their numbers, which begin at 2; empty for bytes.
            public let vocabulary: [String]

            public init(kind: String, vocabulary: [String]) {
                self.kind = kind
                self.vocabulary = vocabulary
            }
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
    /// Channels, height and width of an image; channels, as the data have them, and steps of a series; steps of a text.
    public let input: [Int]
    /// The number of filters or the size of the state of a network over sequences; nil for the usual one.
    public var width: Int?
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
        try checkInput()
        let (mean, deviation) = (preprocessing.mean, preprocessing.standardDeviation)
        let channels = input.count == 1 ? 0 : input[0]
        try Self.require(
            mean.count == channels && mean.allSatisfy(\.isFinite),
            "The field `preprocessing.mean` does not have one number per channel (\(channels)).")
        try Self.require(
            deviation.count == channels && deviation.allSatisfy { $0.isFinite && $0 > 0 },
            "The field `preprocessing.standard_deviation` does not have one positive number per channel (\(channels)).")
        if let shorterSide = preprocessing.shorterSide {
            let crop = max(input[1], input[2])
            try Self.require(
                (crop...maximumImageExtent).contains(shorterSide),
                "The field `preprocessing.shorter_side` is \(shorterSide), not from \(crop) to \(maximumImageExtent).")
        }
    }

    private func checkInput() throws {
        guard preprocessing.sequences == nil else {
            return try Self.require(
                (1...2).contains(input.count) && input.allSatisfy(Self.steps.contains),
                "The field `input` is \(input), not channels and steps, or steps, from 1 to \(Self.steps.upperBound).")
        }
        try Self.require(
            input.count == 3 && input.allSatisfy(Self.extents.contains),
            "The field `input` is \(input), not channels, height and width from 1 to \(Self.extents.upperBound).")
    }

    private static let extents = 1...maximumImageExtent
    /// Far above any sequence that is trained on.
    private static let steps = 1...(1 << 24)

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
            head.map { ("head", .string($0)) }, width.map { ("width", .integer($0)) },
            calibration.map { ("calibration", $0.json) },
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
            "head", "width", "calibration",
        ])
        try self.init(
            architecture: fields.string("architecture"), classNames: fields.strings("class_names"),
            input: fields.integers("input", in: Self.steps),
            preprocessing: Preprocessing(fields.object("preprocessing")),
            calibration: fields.contains("calibration") ? Calibration(fields.object("calibration")) : nil)
        if fields.contains("head") { head = try fields.string("head") }
        if fields.contains("width") { width = try fields.integer("width", in: 1...(1 << 20)) }
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
        var own: [(String, JSONValue)] =
            sequences.map { [("missing", .string($0.missing)), ("scaling", .string($0.scaling))] } ?? []
        if let tokens = sequences?.tokens {
            own += [
                ("tokens", .string(tokens.kind)), ("vocabulary", .array(tokens.vocabulary.map(JSONValue.string))),
            ]
        }
        if let window = sequences?.window {
            own.append(("window", ["length": .integer(window.length), "stride": .integer(window.stride)]))
        }
        if let seed = sequences?.permutationSeed { own.append(("permutation_seed", .string("\(seed)"))) }
        if let predicts = sequences?.predicts { own.append(("predicts", .string(predicts))) }
        if let forecast = sequences?.forecast {
            own.append(
                (
                    "forecast",
                    [
                        "horizon": .integer(forecast.horizon),
                        "channels": .array(forecast.channels.map(JSONValue.integer)),
                        "names": .array(forecast.names.map(JSONValue.string)),
                    ]
                ))
        }
        return JSONValue(fields: fields + (shorterSide.map { [("shorter_side", .integer($0))] } ?? []) + own)
    }

    /// Reads the form that ``json`` writes.
    package init(_ fields: JSONFields) throws {
        try fields.refuseFields(besides: [
            "mean", "standard_deviation", "shorter_side", "missing", "scaling", "tokens", "vocabulary",
            "permutation_seed", "window", "predicts", "forecast",
        ])
        self.init(
            mean: try fields.floats("mean"), standardDeviation: try fields.floats("standard_deviation"),
            shorterSide: try fields.contains("shorter_side")
                ? fields.integer("shorter_side", in: 1...maximumImageExtent) : nil,
            sequences: try fields.contains("missing") || fields.contains("scaling")
                ? ModelDescription.Sequences(fields) : nil)
    }
}

extension ModelDescription.Sequences {
    fileprivate init(_ fields: JSONFields) throws {
        var seed: UInt64?
        if fields.contains("permutation_seed") {
            let text = try fields.string("permutation_seed")
            seed = UInt64(text)
            try ModelDescription.require(
                seed != nil, "The field `preprocessing.permutation_seed` is \(quoted(text)), no seed.")
        }
        self.init(
            missing: try fields.string("missing"), scaling: try fields.string("scaling"),
            tokens: try fields.contains("tokens")
                ? Tokens(kind: fields.string("tokens"), vocabulary: fields.strings("vocabulary")) : nil,
            permutationSeed: seed,
            window: try fields.contains("window") ? Window(fields.object("window")) : nil,
            predicts: try fields.contains("predicts") ? fields.string("predicts") : nil,
            forecast: try fields.contains("forecast") ? Forecast(fields.object("forecast")) : nil)
    }
}

extension ModelDescription.Sequences.Forecast {
    fileprivate init(_ fields: JSONFields) throws {
        try fields.refuseFields(besides: ["horizon", "channels", "names"])
        self.init(
            horizon: try fields.integer("horizon", in: 1...(1 << 24)),
            channels: try fields.integers("channels", in: 0...(1 << 24)),
            names: try fields.strings("names"))
        try ModelDescription.require(
            channels.count == names.count && !channels.isEmpty,
            "The field `preprocessing.forecast` has \(channels.count) channels and \(names.count) names.")
    }
}

extension ModelDescription.Sequences.Window {
    fileprivate init(_ fields: JSONFields) throws {
        try fields.refuseFields(besides: ["length", "stride"])
        self.init(
            length: try fields.integer("length", in: 1...(1 << 24)),
            stride: try fields.integer("stride", in: 1...(1 << 24)))
    }
}
