import FoveaData

/// A usual way to turn the channels of an image, where white is 1, into the numbers that a network reads.
public struct ImagePreparation: Hashable, Sendable {
    /// `−1 to 1`, or `0 to 255, blue first`.
    public let name: String
    /// One value for each channel of the image, in its order.
    public let mean: [Float]
    public let standardDeviation: [Float]
    /// Whether the network reads the last channel first.
    public let isReversed: Bool

    private init(
        _ name: String, _ mean: [Float], _ standardDeviation: [Float], isReversed: Bool = false
    ) {
        (self.name, self.mean, self.standardDeviation) = (name, mean, standardDeviation)
        self.isReversed = isReversed
    }

    /// The preparation of a preprocessing.
    init(_ preprocessing: Preprocessing) {
        self.init("as it is", preprocessing.mean, preprocessing.standardDeviation)
    }

    /// The same with the channels in the opposite order.
    var reversed: ImagePreparation {
        ImagePreparation("\(name), blue first", mean, standardDeviation, isReversed: true)
    }

    /// What trained networks usually expect: the ranges of frameworks, and the numbers of ImageNet.
    static func usual(channels: Int) throws -> [ImagePreparation] {
        func all(_ value: Float) -> [Float] { Array(repeating: value, count: channels) }
        let ranges = [
            ImagePreparation("0 to 1", all(0), all(1)), ImagePreparation("−1 to 1", all(0.5), all(0.5)),
            ImagePreparation("0 to 255", all(0), all(1 / 255)),
        ]
        let imageNet = try Preprocessing.imageNet()
        guard channels == imageNet.channels else { return ranges }
        return ranges + [
            ImagePreparation("ImageNet's mean and deviation", imageNet.mean, imageNet.standardDeviation),
            ImagePreparation("0 to 255 less ImageNet's mean", imageNet.mean, all(1 / 255)),
        ]
    }

    /// Whether both give nearly the same numbers: within 5 % of a deviation.
    func isLike(_ other: ImagePreparation) -> Bool {
        guard isReversed == other.isReversed, mean.count == other.mean.count else { return false }
        return mean.indices.allSatisfy { channel in
            let deviation = other.standardDeviation[channel]
            let shift = abs(mean[channel] - other.mean[channel]) / deviation
            let scale = abs(standardDeviation[channel] / deviation - 1)
            return shift <= 0.05 && scale <= 0.05
        }
    }

    /// The numbers that images [N, C, …] would be, which were prepared in another way.
    ///
    /// - Parameters:
    ///   - elements: prepared by `other`.
    ///   - plane: the number of elements of a channel.
    func prepared(_ elements: [Float], by other: ImagePreparation, plane: Int) -> [Float] {
        let channels = mean.count
        var result: [Float] = []
        result.reserveCapacity(elements.count)
        for start in stride(from: 0, to: elements.count, by: plane) {
            let channel = start / plane % channels
            let opposite = channels - 1 - channel
            // The channel of the image that the network reads here, and where it lies among the elements.
            let color = isReversed ? opposite : channel
            let place = isReversed == other.isReversed ? channel : opposite
            let factor = other.standardDeviation[color] / standardDeviation[color]
            let shift = (other.mean[color] - mean[color]) / standardDeviation[color]
            let from = start + (place - channel) * plane
            for element in elements[from..<from + plane] { result.append(element * factor + shift) }
        }
        return result
    }
}
