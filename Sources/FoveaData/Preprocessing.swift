public import FoveaGraph

/// How an image becomes a network's input: its size and channels, and the mean and deviation that it is standardised
/// with. It is saved with every model, and training, evaluation and prediction all go through it.
public struct Preprocessing: Hashable, Sendable {
    /// 1 for luminance, 3 for sRGB.
    public let channels: Int
    public let height: Int
    public let width: Int
    /// One value for each channel, where white is 1.
    public let mean: [Float]
    /// One value for each channel, greater than 0.
    public let standardDeviation: [Float]

    /// The largest height and width.
    static let maximumExtent = 16384

    /// - Throws: ``FoveaError`` when a size is out of range, or the mean or deviation does not have one finite value for
    ///   each channel, the deviation's greater than 0.
    public init(channels: Int, height: Int, width: Int, mean: [Float], standardDeviation: [Float]) throws {
        guard channels == 1 || channels == 3, 1...Self.maximumExtent ~= height, 1...Self.maximumExtent ~= width else {
            throw FoveaError(
                .badData, "A model's images cannot be \(channels)×\(height)×\(width).",
                remedy: "They have 1 or 3 channels, and 1 to \(Self.maximumExtent) rows and columns.")
        }
        guard mean.count == channels, standardDeviation.count == channels, mean.allSatisfy(\.isFinite),
            standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw FoveaError(
                .badData,
                "The mean \(mean) and the standard deviation \(standardDeviation) do not fit \(channels) channel(s).",
                remedy: "Give one finite value for each channel, the deviation's greater than 0.")
        }
        (self.channels, self.height, self.width) = (channels, height, width)
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// The images' own size and channels, with the mean and deviation of the training part.
    ///
    /// - Throws: ``FoveaError`` when the images have a size that no model can take.
    public init(fittedTo training: Dataset) throws {
        let statistics = training.channelStatistics()
        try self.init(
            channels: training.channels, height: training.height, width: training.width, mean: statistics.mean,
            standardDeviation: statistics.standardDeviation)
    }

    /// The type of one image as a network's input, `[1, channels, height, width]`.
    public var inputType: TensorType { .float32([1, channels, height, width]) }

    /// Writes (x / 255 − mean) / deviation for each byte of one channel.
    func standardize(_ bytes: Span<UInt8>, channel: Int, into target: inout MutableSpan<Float>, at start: Int) {
        let (mean, deviation) = (mean[channel], standardDeviation[channel])
        for index in bytes.indices { target[start + index] = (Float(bytes[index]) / 255 - mean) / deviation }
    }
}

extension Preprocessing: Codable {
    private enum CodingKeys: String, CodingKey {
        case channels, height, width, mean
        case standardDeviation = "standard_deviation"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            channels: values.decode(Int.self, forKey: .channels), height: values.decode(Int.self, forKey: .height),
            width: values.decode(Int.self, forKey: .width), mean: values.decode([Float].self, forKey: .mean),
            standardDeviation: values.decode([Float].self, forKey: .standardDeviation))
    }
}
