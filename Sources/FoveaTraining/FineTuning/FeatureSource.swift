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
    private let store: FeatureStore

    init(_ source: any ExampleSource, _ store: FeatureStore, labels: [Int32], origins: [Int]) {
        name = source.name
        classNames = source.classNames
        (self.store, self.labels, self.origins) = (store, labels, origins)
        exampleTypes = store.types.merging([Batch.labelsName: TensorType([], .int32)]) { first, _ in first }
    }

    public var count: Int { labels.count }
    public var knownLabels: [Int32]? { labels }

    public func example(at index: Int) throws -> Example {
        Example(label: labels[index], values: try store.row(index))
    }

    /// All features as a matrix [rows, features], for networks whose features are one vector.
    ///
    /// - Throws: ``FoveaError`` when there are several values, or too many elements.
    func matrix() throws -> Tensor {
        guard store.types.count == 1, let (name, type) = store.types.first, type.shape.rank == 1 else {
            throw FoveaError(
                .usage,
                "Logistic regression takes one vector of features, and the frozen layers give "
                    + "\(store.types.sorted { $0.key < $1.key }.map { "`\($0.key)` \($0.value)" }.joined(separator: ", ")).",
                remedy: "Freeze everything below the head, or use --head linear.")
        }
        let shape = try Shape(validating: [count, type.shape[0]])
        try AvailableMemory.require(TensorType(shape, .float32).byteCount, for: "the features of all images")
        var elements: [Float] = []
        elements.reserveCapacity(shape.elementCount)
        for index in 0..<count { elements += try store.row(index)[name]?.floats ?? [] }
        return try Tensor(shape, elements)
    }
}
