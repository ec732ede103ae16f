public import FoveaGraph

/// Some examples of a data set as tensors, by name; the first axis of each counts the examples.
public struct Batch: Sendable {
    /// Which examples of the data set these are.
    public let indices: [Int]
    public let values: [String: Tensor]

    public init(indices: [Int], values: [String: Tensor]) {
        self.indices = indices
        self.values = values
    }

    /// - Throws: ``FoveaError`` that lists the names that there are when there is no such tensor.
    public func value(named name: String) throws -> Tensor {
        guard let tensor = values[name] else {
            let names = values.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
            throw FoveaError(
                .usage, "The batch has no tensor named `\(name)`; it has \(names.isEmpty ? "none" : names).",
                remedy: "Name the tensors of a batch as the network's inputs and targets.")
        }
        return tensor
    }
}

/// Batches of labelled images.
extension Batch {
    /// The name of the images, `[batch, channels, height, width]`.
    public static let imagesName = "images"
    /// The name of the class indices, int32 `[batch]`.
    public static let labelsName = "labels"

    public init(indices: [Int], images: Tensor, labels: Tensor) {
        self.init(indices: indices, values: [Self.imagesName: images, Self.labelsName: labels])
    }

    /// The tensor named `images`.
    public var images: Tensor { get throws { try value(named: Self.imagesName) } }

    /// The tensor named `labels`.
    public var labels: Tensor { get throws { try value(named: Self.labelsName) } }
}
