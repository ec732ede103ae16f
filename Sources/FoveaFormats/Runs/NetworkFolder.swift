import FoveaFoundation
public import FoveaGraph
public import OrderedCollections

/// A folder with a saved custom network:
///
/// ```
/// network.json          signature, class names, preprocessing
/// weights.safetensors   the weights under the paths of the network's parameters
/// ```
public struct NetworkFolder: Hashable, Sendable {
    public let path: String
    public let description: NetworkDescription

    public var weightsPath: String { "\(path)/weights.safetensors" }

    /// Creates the folder, which must not exist.
    ///
    /// - Throws: ``FoveaError`` when something of that name exists already, a weight is not finite, or a file cannot be
    ///   written; nothing is left then.
    public init(
        creating path: String, _ description: NetworkDescription, weights: OrderedDictionary<String, Tensor>
    ) throws {
        self.path = path
        self.description = description
        if let diverged = weights.first(where: { !$0.value.isFinite }) {
            throw FoveaError(
                .badData, "\(quoted(diverged.key)) has an element that is not finite: such weights are not saved.",
                remedy: "Lower the learning rate.")
        }
        guard try createFolder(at: path) else {
            throw FoveaError(
                .cannotCreate, "\(quoted(path)) exists already.", remedy: "Choose another folder, or move it away.")
        }
        do {
            try Safetensors.write(weights, metadata: ["format": "pt"], to: weightsPath)
            try replaceFile(at: "\(path)/network.json", with: RunFolder.text(description.json))
        } catch {
            // Safe to remove whole: this call created the folder. The original error is the one to report.
            removeFolder(path)
            throw error
        }
    }

    /// Opens a folder.
    ///
    /// - Throws: ``FoveaError`` when the folder or its `network.json` is missing or wrong.
    public init(opening path: String) throws {
        self.path = path
        let descriptionPath = "\(path)/network.json"
        guard FileKind(at: descriptionPath) != nil else {
            throw FoveaError(
                .missingInput, "\(quoted(path)) holds no saved network: it has no `network.json`.",
                remedy: "Give the folder that Trainer.save(to:) has written.")
        }
        let text = try readFile(at: descriptionPath, limit: Self.maximumDescriptionByteCount)
        do {
            description = try NetworkDescription(json: JSONValue(parsing: text))
        } catch let error as FoveaError {
            throw error.located(at: .file(descriptionPath))
        }
    }

    /// Far above any list of class names.
    private static let maximumDescriptionByteCount = 16 << 20
}
