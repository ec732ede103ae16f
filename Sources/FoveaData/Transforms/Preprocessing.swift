import CFoveaImages
import FoveaFoundation
public import FoveaGraph

/// The conversion of an image to a network's input: its size and channels, and the mean and deviation that standardise
/// it. It is saved with every model; training, evaluation and prediction all use it.
public struct Preprocessing: Hashable, Sendable {
    /// 1 for luminance, 3 for sRGB.
    public let channels: Int
    public let height: Int
    public let width: Int
    /// One value for each channel, where white is 1.
    public let mean: [Float]
    /// One value for each channel, greater than 0.
    public let standardDeviation: [Float]
    /// The rule that brings images of any size to the model's; nil where they have that size already.
    public private(set) var sizing: ResizeAndCenterCrop?

    /// - Parameter shorterSide: the length to which an image's shorter side is resized before the middle is cut out; nil where
    ///   images have the model's size.
    /// - Throws: ``FoveaError`` when a size is out of range, or the mean or deviation does not have one finite value for
    ///   each channel, the deviation's greater than 0.
    public init(
        channels: Int, height: Int, width: Int, mean: [Float], standardDeviation: [Float], shorterSide: Int? = nil
    ) throws {
        guard channels == 1 || channels == 3, 1...maximumImageExtent ~= height, 1...maximumImageExtent ~= width else {
            throw FoveaError(
                .badData, "A model's images cannot be \(channels)×\(height)×\(width).",
                remedy: "They have 1 or 3 channels, and 1 to \(maximumImageExtent) rows and columns.")
        }
        guard mean.count == channels, standardDeviation.count == channels, mean.allSatisfy(\.isFinite),
            standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw FoveaError(
                .badData,
                "The mean \(mean) and the standard deviation \(standardDeviation) do not have one value per channel (\(channels)).",
                remedy: "Give one finite value for each channel, the deviation's greater than 0.")
        }
        (self.channels, self.height, self.width) = (channels, height, width)
        self.mean = mean
        self.standardDeviation = standardDeviation
        sizing = try shorterSide.map { try ResizeAndCenterCrop(height: height, width: width, shorterSide: $0) }
    }

    /// The images' own size and channels, with the mean and deviation of the training part.
    ///
    /// - Parameter sizing: brings the images to one size, in training and in use.
    /// - Throws: ``FoveaError`` when an example cannot be read, has no image or one of another size than the first, or when
    ///   no model can take images of this size.
    public init(
        fittedTo training: any ExampleSource, sample: StatisticsSample? = nil, sizing: ResizeAndCenterCrop? = nil
    ) throws {
        try self.init(SourceSummary(of: training, sample: sample, sizing: sizing), sizing: sizing)
    }

    /// The size, channels, mean and deviation of a source's images.
    ///
    /// - Parameter sizing: the rule that the summary was made with.
    /// - Throws: ``FoveaError`` when the images have a size that no model can take.
    public init(_ summary: SourceSummary, sizing: ResizeAndCenterCrop? = nil) throws {
        try self.init(
            channels: summary.channels, height: summary.height, width: summary.width, mean: summary.mean,
            standardDeviation: summary.standardDeviation, shorterSide: sizing?.shorterSide)
    }

    /// The same for images that have the model's size already, as transforms before this one give them.
    public var withoutSizing: Preprocessing {
        var preprocessing = self
        preprocessing.sizing = nil
        return preprocessing
    }

    /// The type of one image as a network's input, `[1, channels, height, width]`.
    public var inputType: TensorType { .float32([1, channels, height, width]) }
}

/// Standardization: each element is (x / 255 − mean) / deviation with its channel's mean and deviation, the same numbers as
/// torchvision's `ToTensor` and `Normalize`.
extension Preprocessing: Transform {
    /// The example with a tensor `images` instead of its image.
    ///
    /// - Throws: ``FoveaError`` when there is no image, or it has other channels or another size.
    public func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
        let image = try fitting(example.image)
        var example = example
        example.image = nil
        let type = TensorType.float32(Shape([channels, height, width]))
        example.values[Batch.imagesName] = unsafe Tensor(type) { unsafe standardize(image, into: $0) }
        return example
    }

    /// The image of an example, brought to the model's size where there is a rule for that.
    ///
    /// - Throws: ``FoveaError`` when there is none, or it has other channels or another size.
    func fitting(_ given: DecodedImage?) throws -> DecodedImage {
        try expectFitting(given.map { try sizing?.sized($0) ?? $0 })
    }

    /// - Returns: the image.
    /// - Throws: ``FoveaError`` when there is none, or it has other channels or another size than the model's.
    @discardableResult
    func expectFitting(_ image: DecodedImage?) throws -> DecodedImage {
        guard let image else {
            throw FoveaError(.badData, "It has no image to standardize.", remedy: "Use data that has images.")
        }
        guard (image.channels, image.height, image.width) == (channels, height, width) else {
            throw FoveaError(
                .badData, "The image is \(image.sizeText), the model was made for \(channels)×\(height)×\(width).",
                remedy: "Use data of that size, or train a model on this one.")
        }
        return image
    }

    /// Writes (x / 255 − mean) / deviation for each byte of an image that fits.
    @unsafe func standardize(_ image: DecodedImage, into memory: UnsafeMutableRawBufferPointer) {
        precondition(memory.count == image.bytes.count * MemoryLayout<Float>.stride, "an element for each byte")
        guard let elements = unsafe memory.bindMemory(to: Float.self).baseAddress else { return }
        let table = (0..<channels).flatMap { channel in
            (0..<256).map { (Float($0) / 255 - mean[channel]) / standardDeviation[channel] }
        }
        // Safe: the table has 256 numbers for each channel, and the memory an element for each byte.
        unsafe image.bytes.withUnsafeBufferPointer { bytes in
            guard let pixels = bytes.baseAddress else { return }
            unsafe fovea_standardize(pixels, Int64(height * width), Int64(channels), table, elements)
        }
    }
}
