public import FoveaGraph

/// Labelled images of one size, held in memory as bytes.
public struct Dataset: ExampleSource {
    public let name: String
    public let classNames: [String]
    /// The label of each image.
    public let labels: [Int32]
    public let channels: Int
    public let height: Int
    public let width: Int

    /// The images as bytes, `[image, row, column, channel]`.
    private let store: [UInt8]

    /// - Parameter pixels: the images as bytes, `[image, row, column, channel]`.
    /// - Throws: ``FoveaError`` when the number of pixels is not that of the labels and sizes, when a label is not a class,
    ///   or when there is no image.
    public init(
        name: String, classNames: [String], labels: [Int32], pixels: [UInt8], channels: Int, height: Int, width: Int
    ) throws {
        let shape = try Shape(validating: [labels.count, channels, height, width])
        guard shape.elementCount > 0 else {
            throw FoveaError(.badData, "The data set `\(name)` has no images.", remedy: "Give it at least one.")
        }
        guard pixels.count == shape.elementCount else {
            throw FoveaError(
                .badData, "The data set `\(name)` has \(pixels.count) pixels, \(shape) needs \(shape.elementCount).",
                remedy: "Give as many images as labels.")
        }
        if let index = labels.firstIndex(where: { !classNames.indices.contains(Int($0)) }) {
            throw FoveaError(
                .badData,
                "The label \(labels[index]) of image \(index) of `\(name)` is none of its \(classNames.count) classes.",
                remedy: "Labels count the classes from 0.")
        }
        self.name = name
        self.classNames = classNames
        self.labels = labels
        (self.channels, self.height, self.width) = (channels, height, width)
        store = pixels
    }

    public var count: Int { labels.count }
    public var knownLabels: [Int32]? { labels }
    public var exampleTypes: [String: TensorType] { example(at: 0).types }

    /// The image and its label; the image shares the data set's memory.
    public func example(at index: Int) -> Example {
        let size = channels * height * width
        return Example(
            image: DecodedImage(
                bytes: store[index * size..<(index + 1) * size], channels: channels, height: height, width: width),
            label: labels[index])
    }
}
