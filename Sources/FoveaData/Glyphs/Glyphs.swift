import Dispatch
import FoveaGraph
import Synchronization

/// The built-in data set: the ten digits as handwritten by people, 28×28, white on black, drawn from strokes.
///
/// Each image has a style of its digit, and a random carelessness, slant, rotation, proportion, bend, pen width,
/// softness and noise; like MNIST's, its ink fits a box of 20×20 pixels and its centre of mass is in the middle. A
/// network trained on it alone recognises the digits of MNIST. Image i of a part is a pure function of (seed, part, i).
public struct Glyphs: Hashable, Sendable {
    public let seed: UInt64
    public let trainingCount: Int
    public let testCount: Int

    /// - Throws: ``FoveaError`` when a part would have no image, or more than ten million.
    public init(seed: UInt64, trainingCount: Int, testCount: Int) throws {
        guard 1...10_000_000 ~= trainingCount, 1...10_000_000 ~= testCount else {
            throw FoveaError(
                .usage, "A set of \(trainingCount) training and \(testCount) test glyphs cannot be made.",
                remedy: "Each part has 1 to 10,000,000 images.")
        }
        self.seed = seed
        self.trainingCount = trainingCount
        self.testCount = testCount
    }

    /// The standard set: 20,000 training and 2,000 test images.
    public init() {
        (seed, trainingCount, testCount) = (42, 20_000, 2_000)
    }

    /// Draws the whole set.
    public func splits() throws -> DataSplits {
        DataSplits(training: try part("training", trainingCount), test: try part("test", testCount))
    }

    /// The digits in turn, 0 to 9 and again.
    private func part(_ name: String, _ count: Int) throws -> Dataset {
        let generator = CounterBasedGenerator(seed: seed, purpose: "glyphs.\(name)")
        let chunkSize = 250
        let chunkCount = (count + chunkSize - 1) / chunkSize
        let chunks = Mutex([[UInt8]](repeating: [], count: chunkCount))
        DispatchQueue.concurrentPerform(iterations: chunkCount) { chunk in
            let pixels = (chunk * chunkSize..<min((chunk + 1) * chunkSize, count)).flatMap { index in
                Self.image(of: index % 10, generator.derived(UInt64(index)))
            }
            chunks.withLock { $0[chunk] = pixels }
        }
        return try Dataset(
            name: "glyphs", classNames: (0..<10).map(String.init), labels: (0..<count).map { Int32($0 % 10) },
            pixels: chunks.withLock { Array($0.joined()) }, channels: 1, height: GlyphRaster.extent,
            width: GlyphRaster.extent)
    }

    private static func image(of digit: Int, _ generator: CounterBasedGenerator) -> [UInt8] {
        var random = generator.stream
        let writing = Handwriting(digit, &random)
        return GlyphRaster(writing).bytes { 0.06 * random.normal() }
    }
}
