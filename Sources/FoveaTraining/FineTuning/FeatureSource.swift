import FoveaFoundation
public import FoveaData
public import FoveaGraph

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
    /// The features of each row, by name.
    private let rows: [[String: Tensor]]
    private let types: [String: TensorType]

    init(
        _ source: any ExampleSource, _ rows: [[String: Tensor]], _ types: [String: TensorType], labels: [Int32],
        origins: [Int]
    ) {
        name = source.name
        classNames = source.classNames
        (self.rows, self.types, self.labels, self.origins) = (rows, types, labels, origins)
        exampleTypes = types.merging([Batch.labelsName: TensorType([], .int32)]) { first, _ in first }
    }

    public var count: Int { labels.count }
    public var knownLabels: [Int32]? { labels }

    public func example(at index: Int) -> Example {
        Example(label: labels[index], values: rows[index])
    }

    /// All features as a matrix [rows, features], for networks whose features are one vector.
    ///
    /// - Throws: ``FoveaError`` when there are several values, or too many elements.
    func matrix() throws -> Tensor {
        guard types.count == 1, let (name, type) = types.first, type.shape.rank == 1 else {
            throw FoveaError(
                .usage,
                "Logistic regression takes one vector of features, and the frozen layers give "
                    + "\(types.sorted { $0.key < $1.key }.map { "`\($0.key)` \($0.value)" }.joined(separator: ", ")).",
                remedy: "Freeze everything below the head, or use --head linear.")
        }
        let shape = try Shape(validating: [count, type.shape[0]])
        try AvailableMemory.require(TensorType(shape, .float32).byteCount, for: "the features of all images")
        var elements: [Float] = []
        elements.reserveCapacity(shape.elementCount)
        for index in 0..<count { elements += rows[index][name]?.floats ?? [] }
        return try Tensor(shape, elements)
    }
}
