import FoveaGraph

/// Labelled images of one size, held as bytes; a batch of them becomes tensors on demand.
///
/// Everything reads the pixels through ``batch(_:preprocessing:)``, ``pixels(of:)`` and ``channelStatistics()``. A part of
/// a data set shares its pixels with the whole.
public struct Dataset: Sendable {
    /// What the set is called in reports: `glyphs`, or the name of its folder.
    public let name: String
    /// The names of the classes; a label is an index into them.
    public let classNames: [String]
    /// The label of each image.
    public let labels: [Int32]
    public let channels: Int
    public let height: Int
    public let width: Int

    /// The images of the whole set as bytes, `[image, channel, row, column]`.
    private let store: [UInt8]
    /// Where in `store` each image of this part is.
    private let positions: [Int]

    /// - Parameter pixels: the images as bytes, `[image, channel, row, column]`.
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
        positions = Array(labels.indices)
    }

    private init(part indices: [Int], of whole: Dataset) {
        name = whole.name
        classNames = whole.classNames
        (channels, height, width) = (whole.channels, whole.height, whole.width)
        store = whole.store
        labels = indices.map { whole.labels[$0] }
        positions = indices.map { whole.positions[$0] }
    }

    /// The number of images.
    public var count: Int { labels.count }

    /// The number of bytes of one image.
    private var imageSize: Int { channels * height * width }

    /// The bytes of one image, `[channel, row, column]`.
    public func pixels(of index: Int) -> ArraySlice<UInt8> {
        let start = positions[index] * imageSize
        return store[start..<start + imageSize]
    }

    /// The images at these indices, in this order; they may repeat.
    public func subset(_ indices: [Int]) -> Dataset { Dataset(part: indices, of: self) }

    /// The first `length` images, or all of them when there are no more.
    public func prefix(_ length: Int) -> Dataset { subset(Array(labels.indices.prefix(length))) }

    /// The images and labels at these indices as tensors: `[batch, channels, height, width]` and `[batch]`.
    ///
    /// Every element is (x / 255 − mean) / deviation with its channel's mean and deviation: the same numbers as
    /// torchvision's `ToTensor` and `Normalize`.
    ///
    /// - Throws: ``FoveaError`` when the images do not have the channels and size of `preprocessing`.
    public func batch(_ indices: some Collection<Int>, preprocessing: Preprocessing) throws -> Batch {
        guard (channels, height, width) == (preprocessing.channels, preprocessing.height, preprocessing.width) else {
            throw FoveaError(
                .badData,
                "The images of `\(name)` are \(channels)×\(height)×\(width), the model was made for "
                    + "\(preprocessing.channels)×\(preprocessing.height)×\(preprocessing.width).",
                remedy: "Use data of that size, or train a model on this one.")
        }
        let shape = try Shape(validating: [indices.count, channels, height, width])
        var elements = [Float](repeating: 0, count: shape.elementCount)
        var target = elements.mutableSpan
        let plane = height * width
        for (row, index) in indices.enumerated() {
            for channel in 0..<channels {
                let start = positions[index] * imageSize + channel * plane
                preprocessing.standardize(
                    store.span.extracting(start..<start + plane), channel: channel, into: &target,
                    at: row * imageSize + channel * plane)
            }
        }
        return Batch(
            indices: Array(indices), images: try Tensor(shape, elements),
            labels: Tensor(integers: indices.map { labels[$0] }))
    }

    /// The mean and the standard deviation of each channel over all pixels, where a byte of 255 is 1. A channel whose
    /// pixels are all the same has the deviation 1, so that it can be divided by.
    public func channelStatistics() -> (mean: [Float], standardDeviation: [Float]) {
        var histograms = [[Int]](repeating: [Int](repeating: 0, count: 256), count: channels)
        for position in positions {
            for channel in 0..<channels {
                let start = position * imageSize + channel * height * width
                for byte in store[start..<start + height * width] { histograms[channel][Int(byte)] += 1 }
            }
        }
        let pixelCount = Double(count * height * width)
        let moments = histograms.map { histogram in
            let mean = histogram.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) } / pixelCount
            let variance =
                histogram.enumerated().reduce(0.0) { sum, bin in
                    let deviation = Double(bin.offset) - mean
                    return sum + deviation * deviation * Double(bin.element)
                } / pixelCount
            return (mean: Float(mean / 255), deviation: Float(variance > 0 ? variance.squareRoot() / 255 : 1))
        }
        return (moments.map(\.mean), moments.map(\.deviation))
    }

    /// What tells this data from other data in a run's record: `crc32:` and the CRC-32 of the pixels and, after a hyphen,
    /// that of the labels as little-endian 32-bit integers, in hexadecimal, each over all images in order.
    public var fingerprint: String {
        var pixelSum = Checksum()
        for index in labels.indices { pixelSum.update(with: pixels(of: index)) }
        var labelSum = Checksum()
        for label in labels {
            labelSum.update(with: [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: label >> $0) }[...])
        }
        return "crc32:\(pixelSum)-\(labelSum)"
    }
}
