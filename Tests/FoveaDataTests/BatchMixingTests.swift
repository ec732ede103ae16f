import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Mixup and cutmix")
struct BatchMixingTests {
    private let random = CounterBasedGenerator(seed: 4, purpose: "test")

    /// Three images of 2×4×5, of classes 2, 0, 2.
    private func batch() throws -> Batch {
        Batch(
            indices: [0, 1, 2], images: try Tensor([3, 2, 4, 5], (0..<120).map { Float($0) / 8 }),
            labels: Tensor(integers: [2, 0, 2]))
    }

    @Test("mix images and targets to torchvision's numbers")
    func goldens() throws {
        let mixing = try BatchMixing(mixup: 1, cutmix: 1, classes: 4)
        let golden = try AugmentationGolden.load()
        #expect(golden.mixes.map(\.kind) == ["mixup", "cutmix"])
        for mix in golden.mixes {
            let mixture =
                if let lambda = mix.lambda {
                    BatchMixing.Mixture.blend(lambda)
                } else {
                    try #require(mix.box.map { BatchMixing.Mixture.box(rows: $0[1]..<$0[3], columns: $0[0]..<$0[2]) })
                }
            let mixed = try mixing.mixed(batch(), by: mixture)
            #expect(mixed.indices == [0, 1, 2])
            #expect(try mixed.images.type == .float32([3, 2, 4, 5]))
            #expect(try mixed.images.floats == mix.images, "\(mix.kind)")
            #expect(try mixed.labels.type == .float32([3, 4]))
            #expect(try zip(mixed.labels.floats, mix.targets).allSatisfy { abs($0 - $1) < 1e-6 }, "\(mix.kind)")
        }
    }

    @Test("mixup draws its weight from Beta(α, α)", arguments: [0.05, 0.2, 1, 4])
    func weights(alpha: Double) throws {
        let mixing = try BatchMixing(mixup: alpha, classes: 2)
        let weights = try (0..<4000).map { index -> Double in
            guard case .blend(let weight) = mixing.mixture(height: 8, width: 8, random: random.derived(UInt64(index)))
            else {
                throw CancellationError()
            }
            return weight
        }
        #expect(weights.allSatisfy { (0...1).contains($0) })
        // The mean is 1/2 and the variance 1 / (4 · (2α + 1)); 4000 draws are within 5 standard errors.
        let variance = 1 / (4 * (2 * alpha + 1))
        let mean = weights.reduce(0, +) / 4000
        #expect(abs(mean - 0.5) < 5 * (variance / 4000).squareRoot())
        let found = weights.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / 4000
        #expect(abs(found - variance) < 5 * 0.25 / Double(4000).squareRoot())
    }

    @Test("cutmix takes a box whose middle is uniform, of the share of the image that Beta(α, α) says")
    func boxes() throws {
        let mixing = try BatchMixing(cutmix: 1, classes: 2)
        var shares: [Double] = []
        var middles: [Double] = []
        for index in 0..<4000 {
            let mixture = mixing.mixture(height: 30, width: 50, random: random.derived(UInt64(index)))
            guard case .box(let rows, let columns) = mixture else { throw CancellationError() }
            #expect((0...30).contains(rows.lowerBound) && rows.upperBound <= 30)
            #expect((0...50).contains(columns.lowerBound) && columns.upperBound <= 50)
            shares.append(Double(rows.count * columns.count) / 1500)
            if rows.lowerBound > 0 && rows.upperBound < 30 {
                middles.append(Double(rows.lowerBound + rows.upperBound) / 2)
            }
        }
        // Without the cut at the edges the mean share would be 1/2.
        let mean = shares.reduce(0, +) / 4000
        #expect((0.25..<0.45).contains(mean))
        #expect(shares.contains { $0 > 0.8 } && shares.contains { $0 < 0.01 })
        #expect(abs(middles.reduce(0, +) / Double(middles.count) - 15) < 1)
    }

    @Test("with both, half of the batches are mixed one way and half the other")
    func both() throws {
        let mixing = try BatchMixing(mixup: 1, cutmix: 1, classes: 2)
        let blends = (0..<2000).count { index in
            if case .blend = mixing.mixture(height: 8, width: 8, random: random.derived(UInt64(index))) {
                true
            } else {
                false
            }
        }
        // Within 5 standard errors, √(2000 · 1/4) each.
        #expect(abs(blends - 1000) < 112)
    }

    @Test("batches are mixed by seed, epoch and their number alone, whatever the number of workers and the beginning")
    func keyed() async throws {
        var source = GeneratedSource(count: 50)
        source.extents = [1, 4, 4]
        let preprocessing = try Preprocessing(channels: 1, height: 4, width: 4, mean: [0], standardDeviation: [1])
        let mixing = try BatchMixing(mixup: 0.4, cutmix: 1, classes: 2)
        func batches(workers: Int, seed: UInt64 = 7, epoch: Int = 2, skipping: Int = 0) async throws -> [[String:
            Tensor]]
        {
            let loader = try DataLoader(
                source, transforms: [preprocessing], batchSize: 8, order: EpochOrder(seed: seed, isShuffled: false),
                epoch: epoch, skipping: skipping, mixing: mixing, workers: workers)
            var batches: [[String: Tensor]] = []
            for try await batch in loader { batches.append(batch.values) }
            return batches
        }
        let expected = try await batches(workers: 1)
        #expect(expected.count == 7 && expected[6][Batch.labelsName]?.type == .float32([2, 2]))
        for workers in [2, 7] { #expect(try await batches(workers: workers) == expected) }
        #expect(try await batches(workers: 2, skipping: 3) == Array(expected.dropFirst(3)))
        #expect(try await batches(workers: 2, epoch: 3) != expected)
        #expect(try await batches(workers: 2, seed: 8) != expected)
        #expect(Set(expected.map { $0[Batch.labelsName]?.floats ?? [] }).count == 7)
    }

    @Test("settings that make no sense are refused")
    func settings() throws {
        for (mixup, cutmix, problem) in [
            (0, nil, "The alpha of mixup is 0.0."), (nil, -1, "The alpha of cutmix is -1.0."),
            (Double.nan, 1, "The alpha of mixup is nan."), (nil, .infinity, "The alpha of cutmix is inf."),
            (nil, nil, "Mixing batches takes an alpha for mixup or cutmix, and at least one class."),
        ] as [(Double?, Double?, String)] {
            let error = #expect(throws: FoveaError.self) { try BatchMixing(mixup: mixup, cutmix: cutmix, classes: 3) }
            #expect(error?.code == .usage && error?.problem == problem)
        }
    }

    @Test("batches without standardized images or without classes are refused")
    func unfit() throws {
        let mixing = try BatchMixing(mixup: 1, classes: 2)
        let bytes = Batch(
            indices: [0], images: Tensor(repeating: 0, TensorType([1, 1, 2, 2], .uint8)), labels: Tensor(integers: [0]))
        var error = #expect(throws: FoveaError.self) { try mixing.mixed(bytes, random: random) }
        #expect(error?.problem == "Batches of u8[1×1×2×2] cannot be mixed.")
        error = #expect(throws: FoveaError.self) { try mixing.mixed(batch(), random: random) }
        #expect(error?.problem == "The labels of a batch are not one of 2 class indices for each example.")
    }
}
