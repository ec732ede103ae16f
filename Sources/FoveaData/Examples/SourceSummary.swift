import FoveaFoundation
import FoveaGraph

/// The size and the statistics of a source's images, and its fingerprint, found by reading it once. Holds one example
/// at a time.
public struct SourceSummary: Sendable {
    public let channels: Int
    public let height: Int
    public let width: Int
    /// The mean of each channel over all pixels, where a byte of 255 is 1.
    public let mean: [Float]
    /// The standard deviation of each channel likewise. A channel whose pixels are all the same has the deviation 1, so
    /// that division by it is possible.
    public let standardDeviation: [Float]
    /// A text that identifies this data in a run's record: the source's own ``ExampleSource/identity``, or else
    /// `crc32:` and the CRC-32 of the pixels and, after a hyphen, that of the labels as little-endian 32-bit integers,
    /// in hexadecimal, each over all examples in order.
    public let fingerprint: String

    /// Reads the sample, and all examples where the source has no identity.
    ///
    /// - Parameters:
    ///   - sample: by default 1000 examples of a source that need not be read whole, and all of another.
    ///   - sizing: brings the images to one size before statistics are taken; the fingerprint is that of the images as they
    ///     are.
    ///   - failures: where they are kept, examples that cannot be read are left out of the sample, unless none can.
    /// - Throws: ``FoveaError`` that names the example when one cannot be read, has no image, or one of another size than
    ///   the first; or when there are no examples.
    public init(
        of source: any ExampleSource, sample: StatisticsSample? = nil, sizing: ResizeAndCenterCrop? = nil,
        failures: Failures = .thrown
    ) throws {
        let sample = sample ?? (source.identity == nil ? .everyExample : .drawn(count: 1000, seed: 0))
        guard source.count > 0 else {
            throw FoveaError(.badData, "`\(source.name)` has no examples.", remedy: "Give it at least one.")
        }
        let identity = source.identity
        let sampled = sample.indices(of: source.count)
        var next = sampled[...]
        var pass = Pass()
        var failure: (any Error)?
        for index in identity == nil ? Array(0..<source.count) : sampled {
            let isSampled = next.first == index
            if isSampled { next.removeFirst() }
            do {
                // A fingerprint is that of the images as they are; without one no more is decoded than the sizing needs.
                let example =
                    identity == nil ? try source.example(at: index) : try source.example(at: index, sizedBy: sizing)
                guard var image = example.image else {
                    throw FoveaError(.badData, "It has no image.", remedy: "Statistics are taken over images.")
                }
                if identity == nil {
                    pass.identify(image, example.label)
                    if let sizing { image = try sizing.sized(image) }
                }
                try pass.measure(image, toStatistics: isSampled)
            } catch {
                failure = source.error(error, ofExample: index)
                guard failures == .kept else { throw source.error(error, ofExample: index) }
            }
        }
        guard let size = pass.size else {
            guard let failure else { preconditionFailure("a sample has at least one example") }
            throw failure
        }
        (channels, height, width) = size
        let moments = pass.histograms.map(\.moments)
        (mean, standardDeviation) = (moments.map(\.mean), moments.map(\.deviation))
        fingerprint = identity ?? pass.fingerprint
    }

    /// The sums of the examples read so far.
    private struct Pass {
        private(set) var size: (channels: Int, height: Int, width: Int)?
        private(set) var histograms: [Histogram] = []
        private var pixelSum = Checksum()
        private var labelSum = Checksum()

        mutating func identify(_ image: DecodedImage, _ label: Int32?) {
            pixelSum.update(with: image.bytes)
            if let label { labelSum.update(withLittleEndian: label) }
        }

        mutating func measure(_ image: DecodedImage, toStatistics isSampled: Bool) throws {
            let size = size ?? (image.channels, image.height, image.width)
            if self.size == nil {
                self.size = size
                histograms = Array(repeating: Histogram(), count: image.channels)
            }
            guard (image.channels, image.height, image.width) == size else {
                throw FoveaError(
                    .badData,
                    "The image is \(image.sizeText), those before it are \(size.channels)×\(size.height)×\(size.width).",
                    remedy: "Bring the images to one size.")
            }
            guard isSampled else { return }
            for channel in histograms.indices { histograms[channel].add(image, channel) }
        }

        var fingerprint: String { "crc32:\(pixelSum)-\(labelSum)" }
    }

    /// The number of times that each byte occurs.
    private struct Histogram {
        private var bins = [Int](repeating: 0, count: 256)

        mutating func add(_ image: DecodedImage, _ channel: Int) {
            let bytes = image.bytes.span
            for position in stride(from: channel, to: bytes.count, by: image.channels) {
                bins[Int(bytes[position])] += 1
            }
        }

        var moments: (mean: Float, deviation: Float) {
            let count = Double(bins.reduce(0, +))
            let mean = bins.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) } / count
            let variance =
                bins.enumerated().reduce(0.0) { sum, bin in
                    let deviation = Double(bin.offset) - mean
                    return sum + deviation * deviation * Double(bin.element)
                } / count
            return (Float(mean / 255), Float(variance > 0 ? variance.squareRoot() / 255 : 1))
        }
    }
}

extension ExampleSource {
    /// The fingerprint that a ``SourceSummary`` of this source has; reads all examples where the source has no identity.
    ///
    /// - Throws: ``FoveaError`` that names the example when one cannot be read.
    package func fingerprint() throws -> String {
        try identity ?? SourceSummary(of: self, sample: .drawn(count: 1, seed: 0)).fingerprint
    }
}
