public import FoveaData
import FoveaFoundation
public import FoveaGraph
import FoveaNN

/// Examples whose inputs a frozen body has turned into features: one for each view of each example.
///
/// The views of an example are seen as different examples of its class.
public struct FeatureSource: ExampleSource {
    public let name: String
    public let classNames: [String]
    public let exampleTypes: [String: TensorType]
    /// The class of each row.
    public let labels: [Int32]
    /// For each row, the index of its example in the source that the features come from.
    public let origins: [Int]
    private let features: [Features]
    private let types: Named<TensorType>

    /// The features of a row, by name.
    enum Features: Sendable {
        case computed([String: Tensor])
        /// On disk, from where they are read whenever they are wanted.
        case stored(FeatureShard, ContentDigest)
    }

    /// One view of an example.
    struct Row: Sendable {
        var features: Features
        let label: Int32
        /// The index of its example.
        let origin: Int
    }

    init(_ source: any ExampleSource, _ rows: [Row], _ types: Named<TensorType>) {
        name = source.name
        classNames = source.classNames
        (features, labels, origins) = (rows.map(\.features), rows.map(\.label), rows.map(\.origin))
        self.types = types
        exampleTypes = Dictionary(uniqueKeysWithValues: types.map { ($0, $1) })
            .merging([Batch.labelsName: TensorType([], .int32)]) { first, _ in first }
    }

    public var count: Int { labels.count }
    public var knownLabels: [Int32]? { labels }

    /// - Throws: ``FoveaError`` when the features are on disk and cannot be read any more.
    public func example(at index: Int) throws -> Example {
        Example(label: labels[index], values: try values(at: index))
    }

    private func values(at index: Int) throws -> [String: Tensor] {
        switch features[index] {
        case .computed(let values): return values
        case .stored(let shard, let digest):
            guard let values = try shard.features(of: digest) else { preconditionFailure("the file has the picture") }
            return values
        }
    }

    /// All features as a matrix [rows, features], for networks whose features are one vector.
    ///
    /// - Throws: ``FoveaError`` when there are several values, or too many elements.
    func matrix() throws -> Tensor {
        guard types.count == 1, let (name, type) = Array(types).first, type.shape.rank == 1 else {
            let given = types.map { name, type in "`\(name)` \(type)" }.joined(separator: ", ")
            throw FoveaError(
                .usage, "Logistic regression takes one vector of features, and the frozen layers give \(given).",
                remedy: "Freeze everything below the head, or use --head linear.")
        }
        let shape = try Shape(validating: [count, type.shape[0]])
        try AvailableMemory.require(TensorType(shape, .float32).byteCount, for: "the features of all images")
        var elements: [Float] = []
        elements.reserveCapacity(shape.elementCount)
        for index in 0..<count { elements += try values(at: index)[name]?.floats ?? [] }
        return try Tensor(shape, elements)
    }
}
