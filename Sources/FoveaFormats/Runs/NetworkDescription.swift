import FoveaFoundation
import FoveaGraph
public import FoveaNN

/// Everything that a saved custom network needs besides its weights and its Swift type: `network.json` of its folder.
///
/// ```json
/// {"format_version": 1, "fovea_version": "0.1.0", "class_names": ["cat", "dog"],
///  "inputs": [{"name": "images", "type": "float32", "shape": [3, 64, 64]}],
///  "outputs": [{"name": "logits", "type": "float32", "shape": [2]}],
///  "preprocessing": {"mean": [0.5, 0.5, 0.5], "standard_deviation": [0.2, 0.2, 0.2]}}
/// ```
/// Shapes are those of one example. Where there are no class names or images to prepare, the list is empty or `null`.
public struct NetworkDescription: Hashable, Sendable {
    /// The version of `network.json` that this Fovea writes and reads.
    public static let formatVersion = 1

    public let signature: Signature
    /// The names of the classes, in the order of the network's outputs.
    public let classNames: [String]
    /// The preprocessing of images; nil where the network takes none.
    public let preprocessing: ModelDescription.Preprocessing?

    public init(signature: Signature, classNames: [String], preprocessing: ModelDescription.Preprocessing?) {
        self.signature = signature
        self.classNames = classNames
        self.preprocessing = preprocessing
    }

    public var json: JSONValue {
        [
            "format_version": .integer(Self.formatVersion),
            "fovea_version": .string(FoveaVersion.current),
            "inputs": Self.list(signature.inputs),
            "outputs": Self.list(signature.outputs),
            "class_names": .array(classNames.map(JSONValue.string)),
            "preprocessing": preprocessing?.json ?? .null,
        ]
    }

    private static func list(_ types: Named<TensorType>) -> JSONValue {
        let entries = types.map { name, type -> JSONValue in
            [
                "name": .string(name), "type": .string(type.dataType.rawValue),
                "shape": .array(type.shape.dimensions.map(JSONValue.integer)),
            ]
        }
        return .array(entries)
    }

    /// Reads the form that ``json`` writes.
    ///
    /// - Throws: ``FoveaError`` naming the field that is missing, unknown or wrong, or the version that reads the file.
    public init(json: JSONValue) throws {
        let fields = try JSONFields(json)
        try fields.expectFormatVersion(Self.formatVersion)
        try fields.refuseFields(besides: [
            "format_version", "fovea_version", "inputs", "outputs", "class_names", "preprocessing",
        ])
        signature = Signature(
            inputs: try Self.types(fields.value("inputs"), "inputs"),
            outputs: try Self.types(fields.value("outputs"), "outputs"))
        classNames = try fields.strings("class_names")
        preprocessing =
            try fields.value("preprocessing") == .null
            ? nil : ModelDescription.Preprocessing(fields.object("preprocessing"))
    }

    private static func types(_ json: JSONValue, _ field: String) throws -> Named<TensorType> {
        guard case .array(let elements) = json else {
            throw FoveaError(.badData, "The field \(quoted(field)) is not an array.")
        }
        let pairs = try elements.enumerated().map { index, element -> (String, TensorType) in
            let fields = try JSONFields(element, at: "\(field)[\(index)]")
            try fields.refuseFields(besides: ["name", "type", "shape"])
            let typeName = try fields.string("type")
            guard let dataType = DataType(rawValue: typeName) else {
                let known = DataType.allCases.map(\.rawValue).joined(separator: ", ")
                throw FoveaError(
                    .badData, "The field \(quoted("\(field)[\(index)].type")) is \(quoted(typeName)).",
                    remedy: "Known are \(known).")
            }
            let dimensions = try fields.integers("shape", in: 0...Shape.maximumElementCount)
            return (try fields.string("name"), TensorType(try Shape(validating: dimensions), dataType))
        }
        let named = Named(pairs)
        guard named.count == pairs.count else {
            throw FoveaError(.badData, "The field \(quoted(field)) has a name twice.")
        }
        return named
    }
}
