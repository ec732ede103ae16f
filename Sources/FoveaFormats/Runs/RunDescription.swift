import FoveaGraph
public import OrderedCollections

/// The start of a run, so that it can be repeated: `run.json` of a run folder.
public struct RunDescription: Hashable, Sendable {
    /// The words of the command line.
    public var command: [String]
    /// The versions of everything that took part, by name; Fovea's own is added.
    public var versions: OrderedDictionary<String, String>
    public var seed: UInt64
    /// A checksum of the data, to check that a later run sees the same.
    public var dataFingerprint: String
    /// The numbers of files found, loaded and skipped, where the data is files.
    public var files: JSONValue?
    /// Whether the training images are what the weights that the run starts from expect, where that was looked at.
    public var preprocessingCheck: JSONValue?
    /// Every setting, defaults included, by the name of its flag.
    public var settings: OrderedDictionary<String, JSONValue>

    public init(
        command: [String], versions: OrderedDictionary<String, String> = [:], seed: UInt64, dataFingerprint: String,
        files: JSONValue? = nil, preprocessingCheck: JSONValue? = nil, settings: OrderedDictionary<String, JSONValue>
    ) {
        self.files = files
        self.preprocessingCheck = preprocessingCheck
        self.command = command
        self.versions = versions
        self.seed = seed
        self.dataFingerprint = dataFingerprint
        self.settings = settings
    }

    /// - Parameters:
    ///   - versions: pairs of name and version, each name once.
    ///   - settings: pairs of name and value, each name once.
    public init(
        command: [String], versions: [(name: String, version: String)], seed: UInt64, dataFingerprint: String,
        files: JSONValue? = nil, preprocessingCheck: JSONValue? = nil, settings: [(String, JSONValue)]
    ) {
        self.init(
            command: command, versions: .init(uniqueKeysWithValues: versions.map { ($0.name, $0.version) }),
            seed: seed, dataFingerprint: dataFingerprint, files: files, preprocessingCheck: preprocessingCheck,
            settings: .init(uniqueKeysWithValues: settings))
    }

    /// A setting by the name of its flag; nil where the run has none of that name.
    public func setting(_ name: String) -> JSONValue? { settings[name] }

    public var json: JSONValue {
        var versions = versions
        versions["fovea"] = FoveaVersion.current
        var fields: [(String, JSONValue)] = [
            ("command", .array(command.map(JSONValue.string))),
            ("versions", .object(versions.mapValues(JSONValue.string))),
            // Seeds above the range of integers that programs agree on become text.
            ("seed", Int(exactly: seed).map(JSONValue.integer) ?? .string(seed.description)),
            ("data_fingerprint", .string(dataFingerprint)),
        ]
        if let files { fields.append(("files", files)) }
        if let preprocessingCheck { fields.append(("preprocessing_check", preprocessingCheck)) }
        fields.append(("settings", .object(settings)))
        return JSONValue(fields: fields)
    }
}

extension RunDescription {
    /// Reads the form that ``json`` writes. Fields that it does not know are passed over: a record changes no model.
    ///
    /// - Throws: ``FoveaError`` naming the field that is missing or wrong.
    public init(json: JSONValue) throws {
        let fields = try JSONFields(json)
        let versions = try fields.object("versions")
        self.init(
            command: try fields.strings("command"),
            versions: OrderedDictionary(
                uniqueKeysWithValues: try versions.fields.keys.map { ($0, try versions.string($0)) }),
            seed: try fields.unsignedInteger("seed"), dataFingerprint: try fields.string("data_fingerprint"),
            files: fields.contains("files") ? try fields.value("files") : nil,
            preprocessingCheck: fields.contains("preprocessing_check") ? try fields.value("preprocessing_check") : nil,
            settings: try fields.object("settings").fields)
    }
}
