import Foundation
import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaTraining

@Suite("Images that reach a network as its weights expect them")
struct PreprocessingCheckTests {
    /// The ways of preparing colour images that are told apart, by name.
    private static let preparations: [(name: String, mean: [Float], deviation: [Float])] = [
        ("0 to 1", [0, 0, 0], [1, 1, 1]), ("−1 to 1", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        ("0 to 255", [0, 0, 0], [Float](repeating: 1 / 255, count: 3)),
        ("ImageNet's mean and deviation", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]

    /// Pictures of three kinds of waves and noise, with much red and little blue, or the reverse.
    private static func pictures(seed: UInt64, isReversed: Bool = false) throws -> Dataset {
        let (count, size) = (120, 20)
        let random = CounterBasedGenerator(seed: seed, purpose: "pictures")
        var pixels: [UInt8] = []
        for number in 0..<count {
            var stream = random.derived(UInt64(number)).stream
            let frequency = [0.25, 0.5, 0.9][number % 3] + 0.1 * stream.uniform()
            let (phase, contrast) = (6 * stream.uniform(), 0.1 + 0.2 * stream.uniform())
            let light = (isReversed ? [0.2, 0.4, 0.65] : [0.65, 0.4, 0.2]).map { $0 + 0.15 * (stream.uniform() - 0.5) }
            for place in 0..<size * size {
                let wave = contrast * sin(frequency * Double(place % size + place / size / 2) + phase)
                for channel in 0..<3 {
                    let value = light[channel] + wave + 0.2 * (stream.uniform() - 0.5)
                    pixels.append(UInt8(255 * min(1, max(0, value))))
                }
            }
        }
        return try Dataset(
            name: "waves", classNames: ["slow", "middle", "fast"], labels: (0..<count).map { Int32($0 % 3) },
            pixels: pixels, channels: 3, height: size, width: size)
    }

    private static func preprocessing(_ index: Int) throws -> Preprocessing {
        try Preprocessing(
            channels: 3, height: 20, width: 20, mean: preparations[index].mean,
            standardDeviation: preparations[index].deviation)
    }

    private static func device() throws -> Device {
        try ComputeDevice.cpu.open(BackendOptions(threads: 2, kernels: .fixed))
    }

    /// The weights of a network that was trained a little.
    private func trained(on data: Dataset, _ preprocessing: Preprocessing, on device: Device) async throws
        -> SafetensorsFile
    {
        let trainer = try await Trainer(
            SmallCNN(classes: 3), input: [3, 20, 20], rule: UpdateRule(SGD(learningRate: 0.02)), device: device, seed: 1
        )
        for try await _ in try trainer.fit(
            data, preprocessing: preprocessing, plan: TrainingPlan(epochs: 5, batchSize: 12, seed: 1))
        {}
        let weights = try await trainer.weights()
        return try withTemporaryFolder { folder in
            try Safetensors.write(weights.tensors, to: "\(folder)/weights.safetensors")
            return try SafetensorsFile(at: "\(folder)/weights.safetensors")
        }
    }

    private func check(
        _ weights: SafetensorsFile, _ data: Dataset, _ preprocessing: Preprocessing, network: String = "smallcnn",
        on device: Device
    ) async throws -> PreprocessingCheck {
        let tuning = try FineTuning(
            ModelZoo.entry(named: network), FineTuningRecipe(), weights: weights, source: "`weights`", classes: 3,
            preprocessing: preprocessing)
        return try await tuning.check(tuning.sample(of: data, on: device), on: device)
    }

    @Test("a network that was trained on one preparation is content with it, and names it when it gets another")
    func matrix() async throws {
        let (data, others) = (try Self.pictures(seed: 1), try Self.pictures(seed: 2))
        let device = try Self.device()
        for truth in Self.preparations.indices {
            let weights = try await trained(on: data, Self.preprocessing(truth), on: device)
            for used in Self.preparations.indices {
                let found = try await check(weights, others, Self.preprocessing(used), on: device)
                let distance = try #require(found.distance)
                #expect(found.layer == "features.1")
                let names = found.better.map(\.preparation.name)
                let label = "\(Self.preparations[truth].name), used \(Self.preparations[used].name): \(found)"
                if used == truth {
                    // Half of what another has to be nearer.
                    #expect(names.isEmpty && distance < PreprocessingCheck.margin / 2, "\(label)")
                } else {
                    #expect(names.first == Self.preparations[truth].name, "\(label)")
                }
            }
        }
    }

    @Test("channels in the other order are noticed where images have more red than blue")
    func order() async throws {
        let device = try Self.device()
        let weights = try await trained(on: Self.pictures(seed: 1, isReversed: true), Self.preprocessing(3), on: device)
        let found = try await check(weights, Self.pictures(seed: 2), Self.preprocessing(3), on: device)
        #expect(found.better.first?.preparation.isReversed == true, "\(found)")
    }

    @Test("without batch normalization only the range of the numbers is judged")
    func withoutNormalization() async throws {
        let data = try Self.pictures(seed: 1)
        let device = try Self.device()
        let entry = try ModelZoo.entry(named: "lenet5")
        let network = TracedNetwork(entry.make(3), input: [3, 20, 20])
        let weights = try withTemporaryFolder { folder in
            try Safetensors.write(
                Weights(initializing: network.parameters, seed: 9).tensors, to: "\(folder)/weights.safetensors")
            return try SafetensorsFile(at: "\(folder)/weights.safetensors")
        }
        for (used, isUnusual) in [(0, false), (1, false), (2, true), (3, false)] {
            let found = try await check(
                weights, data, Self.preprocessing(used), network: "lenet5", on: device)
            #expect(found.layer == nil && found.distance == nil && found.better.isEmpty)
            #expect(found.isUnusual == isUnusual, "\(found)")
        }
    }

    @Test("images prepared in one way become exactly what another way gives")
    func prepared() throws {
        let data = try Self.pictures(seed: 4)
        func elements(_ index: Int) throws -> [Float] {
            try data.batch(0..<3, preprocessing: Self.preprocessing(index)).images.floats
        }
        let usual = try ImagePreparation.usual(channels: 3)
        #expect(usual.prefix(4).map(\.name) == Self.preparations.map(\.name))
        let used = ImagePreparation(try Self.preprocessing(3))
        for (index, preparation) in usual.prefix(4).enumerated() {
            let (found, wanted) = (preparation.prepared(try elements(3), by: used, plane: 400), try elements(index))
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) })
            let reversed = preparation.reversed.prepared(try elements(3), by: used, plane: 400)
            let planes = [2, 1, 0, 5, 4, 3, 8, 7, 6].flatMap { found[$0 * 400..<($0 + 1) * 400] }
            #expect(zip(reversed, planes).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) })
        }
        #expect(usual[3].isLike(used) && !usual[2].isLike(used) && !usual[3].reversed.isLike(used))
    }

    @Test("the distance is Hellinger's: 0 for the same, 1 − √0.8 for twice the deviation, 1 for what never meets")
    func distance() {
        func statistics(_ mean: Double, _ variance: Double) -> ChannelStatistics {
            ChannelStatistics(means: [mean], variances: [variance])
        }
        #expect(statistics(3, 4).distance(to: statistics(3, 4)) == 0)
        #expect(abs(statistics(0, 1).distance(to: statistics(0, 4)) - (1 - 0.8.squareRoot())) < 1e-5)
        #expect(abs(statistics(0, 1).distance(to: statistics(2, 1)) - (1 - exp(-0.5))) < 1e-5)
        #expect(statistics(0, 1).distance(to: statistics(100, 1)) == 1)
        // A channel that is dead in training is 1 at most, and no channel more.
        let (own, other) = (
            ChannelStatistics(means: [0, 5], variances: [1, 2]), ChannelStatistics(means: [0, 0], variances: [1, 0])
        )
        #expect(abs(own.distance(to: other) - 0.5) < 0.03)
        let found = ChannelStatistics([1, 3, 5, 5, 3, 5, 1, 1], channels: 2, plane: 2)
        #expect(found.means == [3, 3] && found.variances == [2, 4])
    }
}
