public import FoveaGraph

/// Some examples of a source as tensors, by name; the first axis of each is the batch.
public struct Batch: Sendable {
    /// An example that could not be read or did not fit.
    public struct Failure: Sendable {
        public let index: Int
        public let error: FoveaError
    }

    /// The indices of these examples in the source.
    public let indices: [Int]
    public let values: [String: Tensor]
    /// The examples left out of the batch, where ``Failures/kept`` was asked for.
    public private(set) var failures: [Failure] = []

    public init(indices: [Int], values: [String: Tensor]) {
        self.indices = indices
        self.values = values
    }

    init(indices: [Int], values: [String: Tensor], failures: [Failure]) {
        self.init(indices: indices, values: values)
        self.failures = failures
    }

    /// The same examples with other tensors.
    func with(_ values: [String: Tensor]) -> Batch { Batch(indices: indices, values: values, failures: failures) }

    /// - Throws: ``FoveaError`` that lists the existing names when there is no such tensor.
    public func value(named name: String) throws -> Tensor {
        guard let tensor = values[name] else {
            let names = values.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
            throw FoveaError(
                .usage, "The batch has no tensor named `\(name)`; it has \(names.isEmpty ? "none" : names).",
                remedy: "Name the tensors of a batch as the network's inputs and targets.")
        }
        return tensor
    }

    /// The memory that its tensors take.
    var byteCount: Int { values.values.reduce(0) { $0 + $1.type.byteCount } }
}

/// Batches of labelled images.
extension Batch {
    /// The name of the images, `[batch, channels, height, width]`.
    public static let imagesName = "images"
    /// The name of the class indices, int32 `[batch]`; in mixed batches of the soft targets, float32 `[batch, classes]`.
    public static let labelsName = "labels"

    public init(indices: [Int], images: Tensor, labels: Tensor) {
        self.init(indices: indices, values: [Self.imagesName: images, Self.labelsName: labels])
    }

    /// The tensor named `images`.
    public var images: Tensor { get throws { try value(named: Self.imagesName) } }

    /// The tensor named `labels`.
    public var labels: Tensor { get throws { try value(named: Self.labelsName) } }
}
