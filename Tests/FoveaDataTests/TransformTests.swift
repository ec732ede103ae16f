@testable import FoveaData
import FoveaGraph
import Testing

@Suite("Transforms")
struct TransformTests {
    /// Adds a random byte to each pixel.
    private struct Noise: Transform {
        func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
            guard let image = example.image else { return example }
            var stream = random.stream
            var example = example
            example.image = try DecodedImage(
                channels: image.channels, height: image.height, width: image.width,
                pixels: image.pixels.map { $0 &+ UInt8.random(in: 0...255, using: &stream) })
            return example
        }
    }

    private let source = GeneratedSource(count: 40)

    /// The image of each example, by its index.
    private func images(
        _ transforms: [any Transform], batchSize: Int, workers: Int, seed: UInt64 = 1, epoch: Int = 3
    ) async throws -> [Int: Double] {
        let loader = try DataLoader(
            source, transforms: transforms, batchSize: batchSize, order: EpochOrder(seed: seed), epoch: epoch,
            workers: workers)
        var images: [Int: Double] = [:]
        for try await batch in loader {
            for (index, value) in zip(batch.indices, try batch.images.doubles) { images[index] = value }
        }
        return images
    }

    @Test("random numbers depend on seed, epoch and example alone: not on workers or the size of batches")
    func keyed() async throws {
        let expected = try await images([Noise()], batchSize: 7, workers: 1)
        for (batchSize, workers) in [(1, 2), (7, 4), (40, 7)] {
            #expect(try await images([Noise()], batchSize: batchSize, workers: workers) == expected)
        }
        #expect(try await images([Noise()], batchSize: 7, workers: 1, epoch: 4) != expected)
        #expect(try await images([Noise()], batchSize: 7, workers: 1, seed: 2) != expected)
        #expect(Set(expected.map { ($0.value - Double($0.key) + 256).truncatingRemainder(dividingBy: 256) }).count > 20)
    }

    @Test(
        "some examples of an epoch draw what they draw among all; by a key of its own one draws the same at any place")
    func some() async throws {
        func drawn(_ source: any ExampleSource, _ some: Set<Int>?, keys: [UInt64]? = nil) async throws -> [Int: [UInt8]]
        {
            let loader = try DataLoader(
                source, transforms: [Noise()], batchSize: 3, order: EpochOrder(seed: 1, isShuffled: false),
                examples: some, randomKeys: keys)
            var drawn: [Int: [UInt8]] = [:]
            for try await batch in loader {
                let bytes = try #require(try batch.images.elements(as: UInt8.self))
                let size = bytes.count / batch.indices.count
                for (row, index) in batch.indices.enumerated() {
                    drawn[index] = Array(bytes[row * size..<(row + 1) * size])
                }
            }
            return drawn
        }
        let all = try await drawn(source, nil)
        let some = try await drawn(source, [3, 5, 20, 39])
        #expect(some.keys.sorted() == [3, 5, 20, 39] && some.allSatisfy { all[$0] == $1 })
        let keyed = try await drawn(source, nil, keys: (0..<40).map { UInt64($0) * 7 })
        let moved = try await drawn(source.subset([8, 4]), nil, keys: [56, 28])
        #expect(moved == [0: keyed[8] ?? [], 1: keyed[4] ?? []] && keyed[8] != all[8])
    }

    @Test("transforms are told apart by all of their settings; others than Fovea's own by none")
    func settings() throws {
        let crops = [3, 4].map { try? RandomCrop(height: 28, width: 28, padding: $0) }.compactMap(\.self)
        let texts = crops.map { ([$0] as [any Transform]).settingsText }
        #expect(texts[0] != nil && texts[1] != nil && texts[0] != texts[1])
        #expect(([crops[0], Noise()] as [any Transform]).settingsText == nil)
        #expect(([] as [any Transform]).settingsText == "")
    }

    @Test("the second transform of a kind draws other numbers than the first")
    func repeated() async throws {
        let once = try await images([Noise()], batchSize: 8, workers: 2)
        let twice = try await images([Noise(), Noise()], batchSize: 8, workers: 2)
        // With the same numbers, the second would add what the first has added.
        let isDoubled = once.allSatisfy { index, value in
            twice[index] == (2 * value - Double(index) + 512).truncatingRemainder(dividingBy: 256)
        }
        #expect(!isDoubled)
    }

    @Test("standardization gives the same bits as a batch's last step and as a transform before others")
    func standardization() throws {
        struct Nothing: Transform {
            func transformed(_ example: Example, random: CounterBasedGenerator) -> Example { example }
        }
        let preprocessing = try Preprocessing(
            channels: 1, height: 1, width: 1, mean: [0.3], standardDeviation: [0.7])
        let indices = [3, 39, 0]
        let last = try source.batch(indices, transforms: [preprocessing])
        let first = try source.batch(indices, transforms: [preprocessing, Nothing()])
        #expect(try last.images == first.images)
        #expect(try last.images == Tensor([3, 1, 1, 1], indices.map { (Float($0) / 255 - 0.3) / 0.7 }))
        #expect(try last.labels == Tensor(integers: [1, 1, 1]))
    }

    @Test("resizing brings images of all sizes to one, as the file's own resizing does")
    func resize() throws {
        let mixed = source.growing(at: [1, 5])
        let batch = try mixed.batch(0..<6, transforms: [Resize(height: 2, width: 3)])
        #expect(try batch.images.type == TensorType([6, 1, 2, 3], .uint8))
        #expect(try batch.images.doubles == (0..<6).flatMap { [Double](repeating: Double($0), count: 6) })
        let error = #expect(throws: FoveaError.self) { try Resize(height: 16_385, width: 1) }
        #expect(error?.problem == "Images cannot be resized to 16385×1.")
    }

    @Test("tensors of other names are stacked as they are")
    func others() throws {
        struct Pair: ExampleSource {
            let name = "pairs"
            let count = 3
            func example(at index: Int) -> Example {
                Example(values: ["age": Tensor(scalar: Float(index)), "face": Tensor([Float(index), 2])])
            }
        }
        let batch = try Pair().batch([2, 1], transforms: [])
        #expect(try batch.values == ["age": Tensor([2, 1]), "face": Tensor([2, 2], [2, 2, 1, 2])])
    }
}
