import Foundation
import FoveaCPU
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import OrderedCollections
import Synchronization
import Testing

@testable import FoveaData
@testable import FoveaTraining

@Suite("Features on disk")
struct FeatureCacheTests {
    private let pictures: Pictures
    private let preprocessing: Preprocessing
    private let weights: SafetensorsFile
    private let notices = Notices()

    private final class Notices: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        /// The notices since the last call.
        func take() -> [String] {
            lines.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
    }

    init() throws {
        let digits = try Glyphs(seed: 5, trainingCount: 40, testCount: 20).splits().training
        let examples = try (0..<digits.count).map { try digits.example(at: $0) }
        pictures = Pictures(images: examples.compactMap(\.image), labels: examples.compactMap(\.label))
        preprocessing = try Preprocessing(fittedTo: digits)
        weights = try Self.weights(seed: 9)
    }

    private static func weights(seed: UInt64) throws -> SafetensorsFile {
        let network = TracedNetwork(try ModelZoo.entry(named: "smallcnn").make(7), input: [1, 28, 28])
        return try withTemporaryFolder { folder in
            let path = "\(folder)/weights.safetensors"
            try Safetensors.write(Weights(initializing: network.parameters, seed: seed).tensors, to: path)
            // Open files stay readable when their folder is gone.
            return try SafetensorsFile(at: path)
        }
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-features-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func cache(_ folder: String, capacity: Int = FeatureCache.standardCapacity) -> FeatureCache {
        FeatureCache(at: folder, capacity: capacity) { [notices] in notices.add($0) }
    }

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// A fine-tuning and what it needs to compute features.
    private struct Work {
        let tuning: FineTuning
        let device: Device
        let transforms: [any Transform]
    }

    private func work(
        views: Int = 1, batchSize: Int = 16, seed: UInt64 = 3, weights: SafetensorsFile? = nil,
        preprocessing: Preprocessing? = nil, augmenting: (any Transform)? = nil
    ) throws -> Work {
        var recipe = FineTuningRecipe()
        (recipe.head, recipe.freezeEpochs, recipe.epochs) = (.linear, 1, 0)
        (recipe.views, recipe.batchSize, recipe.seed) = (views, batchSize, seed)
        let preprocessing = preprocessing ?? self.preprocessing
        return Work(
            tuning: try FineTuning(
                ModelZoo.entry(named: "smallcnn"), recipe, weights: weights ?? self.weights, source: "`weights`",
                classes: 10, preprocessing: preprocessing),
            device: try ComputeDevice.cpu.open(BackendOptions(threads: 2, kernels: .fixed)),
            transforms: [try augmenting ?? RandomCrop(height: 28, width: 28, padding: 4), preprocessing])
    }

    private func stored(_ work: Work, _ source: Pictures, in cache: FeatureCache) async throws -> StoredFeatures {
        try #require(
            try await work.tuning.stored(in: cache, source, transforms: work.transforms, on: work.device))
    }

    /// The features of a source as bits, row after row, and how many were found.
    private func features(
        _ work: Work, _ source: Pictures, in cache: FeatureCache?, memory: Int? = nil
    ) async throws -> (bits: [UInt32], found: Int) {
        let divided = try #require(work.tuning.divided)
        let recipe = work.tuning.recipe
        var stored: StoredFeatures?
        if let cache { stored = try await self.stored(work, source, in: cache) }
        let computation = try await FeatureComputation(
            divided.body, weights: work.tuning.start, device: work.device, batchSize: recipe.batchSize,
            transforms: work.tuning.featureTransforms(work.transforms), seed: recipe.seed, workers: 2,
            memory: { memory })
        let features = try await computation.features(of: source, views: recipe.views, stored: stored?.training)
        #expect(features.count == source.count * recipe.views)
        #expect(features.labels == (0..<recipe.views).flatMap { _ in source.labels })
        return (try features.matrix().floats.map(\.bitPattern), stored?.foundCount ?? 0)
    }

    @Test("are the bits that computing gives, of all views, and no picture is decoded again")
    func sameBits() async throws {
        try await withFolder { folder in
            let computed = try await features(work(views: 3), pictures, in: nil)
            let first = try await features(work(views: 3), pictures, in: cache(folder))
            #expect(first.bits == computed.bits && first.found == 0)
            #expect(try files(folder).count == 3)
            let before = pictures.decoded.value
            let second = try await features(work(views: 3), pictures, in: cache(folder))
            #expect(second.bits == computed.bits && second.found == 120)
            #expect(pictures.decoded.value == before)
            // The augmented views are not the plain one.
            let size = 40 * 64
            let views = (0..<3).map { (view: Int) -> [UInt32] in
                Array(computed.bits.dropFirst(view * size).prefix(size))
            }
            #expect(Set(views).count == 3)
            #expect(notices.take().isEmpty)
        }
    }

    @Test("give the same weights as computing them, and the body stays frozen to the bit, statistics included")
    func sameWeights() async throws {
        try await withFolder { folder in
            var results: [Weights] = []
            for isCached in [false, true, true] {
                let work = try work(views: 2)
                var found: StoredFeatures?
                if isCached { found = try await stored(work, pictures, in: cache(folder)) }
                let weights = try await work.tuning.run(
                    pictures, validation: pictures, transforms: work.transforms, stored: found, on: work.device
                ) { _ in }
                for path in work.tuning.start.tensors.keys where !path.hasPrefix("fc.") {
                    #expect(weights[path] == work.tuning.start[path], "\(path)")
                }
                results.append(weights)
                if results.count == 3 { #expect(found?.foundCount == 80) }
            }
            #expect(results[0].tensors == results[1].tensors)
            #expect(results[1].tensors == results[2].tensors)
            let start = try work().tuning.start
            #expect(results[0]["fc.weight"] != start["fc.weight"])
        }
    }

    @Test("of pictures in another order are there, of one that is added or replaced are not; all are as if computed")
    func changes() async throws {
        try await withFolder { folder in
            _ = try await features(work(views: 2), pictures, in: cache(folder))
            var changed = pictures
            changed.images.reverse()
            changed.labels.reverse()
            let reordered = try await features(work(views: 2), changed, in: cache(folder))
            #expect(reordered.found == 80)
            let again = try await features(work(views: 2), changed, in: nil)
            #expect(reordered.bits == again.bits)

            let inverted = pictures.images[7].pixels.map { 255 - $0 }
            let other = try DecodedImage(channels: 1, height: 28, width: 28, pixels: inverted)
            changed.images[12] = other
            changed.images.insert(pictures.images[0].reversed, at: 3)
            changed.labels.insert(4, at: 3)
            let replaced = try await features(work(views: 2), changed, in: cache(folder))
            #expect(replaced.found == 2 * 39)
            let computed = try await features(work(views: 2), changed, in: nil)
            #expect(replaced.bits == computed.bits)
            // Those that were added are in files of their own, beside the others.
            #expect(try files(folder).count == 4)
            #expect(try await stored(work(views: 2), changed, in: cache(folder)).foundCount == 82)
        }
    }

    @Test("of other weights, preprocessing, transforms, seeds or batches are others")
    func keys() async throws {
        try await withFolder { folder in
            _ = try await features(work(views: 2), pictures, in: cache(folder))
            let darker = try Preprocessing(
                channels: 1, height: 28, width: 28, mean: [0.5], standardDeviation: preprocessing.standardDeviation)
            let cases: [(Work, found: Int)] = [
                (try work(views: 2), 80), (try work(views: 1), 40), (try work(views: 3), 80),
                (try work(views: 2, weights: Self.weights(seed: 8)), 0),
                (try work(views: 2, preprocessing: darker), 0), (try work(views: 2, batchSize: 8), 0),
                // The plain view is the same.
                (try work(views: 2, seed: 4), 40),
                (try work(views: 2, augmenting: RandomCrop(height: 28, width: 28, padding: 3)), 40),
                (try work(views: 2, augmenting: Unknown()), 40),
            ]
            for (work, found) in cases {
                #expect(try await stored(work, pictures, in: cache(folder)).foundCount == found)
            }
            // A transform whose settings nobody knows is used, and its views are not kept.
            _ = try await features(work(views: 2, augmenting: Unknown()), pictures, in: cache(folder))
            #expect(try files(folder).count == 2)
        }
    }

    private struct Unknown: ImageTransform {
        func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage { image }
    }

    @Test("that are damaged or truncated anywhere are a notice, and are computed again")
    func damaged() async throws {
        try await withFolder { folder in
            var few = pictures
            (few.images, few.labels) = (Array(few.images.prefix(4)), Array(few.labels.prefix(4)))
            let computed = try await features(work(batchSize: 4), few, in: cache(folder))
            let path = "\(folder)/\(try #require(try files(folder).first))"
            let whole = Array(try Data(contentsOf: URL(filePath: path)))
            let length = whole.prefix(8).reversed().reduce(0) { (sum: Int, byte: UInt8) in sum << 8 | Int(byte) }
            let header = 8 + length
            #expect(whole.count == header + 4 * (64 * 4 + 20))
            // The length of the header, its text, features, and the rows' digests and checksums.
            let regions = [0, 7, 8, header / 3, header / 2, header, header + 300, header + 1023, header + 1024]
            var versions = (regions + [whole.count - 21, whole.count - 1]).map { position in
                var bytes = whole
                bytes[position] ^= 0x10
                return bytes
            }
            versions += [0, 7, header - 1, header + 100, whole.count - 1].map { Array(whole.prefix($0)) }
            versions.append(whole + [0])
            for (number, version) in versions.enumerated() {
                try Data(version).write(to: URL(filePath: path))
                let again = try await features(work(batchSize: 4), few, in: cache(folder))
                #expect(again.bits == computed.bits, "version \(number)")
                let told = notices.take()
                #expect(told.count == 1 && told[0].contains("is damaged or stale; computing its features again"))
                // And is whole again.
                #expect(try Array(Data(contentsOf: URL(filePath: path))) == whole, "version \(number)")
            }
        }
    }

    @Test("under the name of others are a notice, and are not used")
    func renamed() async throws {
        try await withFolder { folder in
            let computed = try await features(work(), pictures, in: cache(folder))
            let old = try #require(try files(folder).first)
            _ = try await features(work(weights: Self.weights(seed: 8)), pictures, in: cache(folder))
            let other = try #require(try files(folder).first { $0 != old })
            let url = URL(filePath: "\(folder)/\(old)")
            try Data(contentsOf: URL(filePath: "\(folder)/\(other)")).write(to: url)
            let again = try await features(work(), pictures, in: cache(folder))
            #expect(again.bits == computed.bits && again.found == 0)
            #expect(notices.take().count == 1)
        }
    }

    @Test("that cannot be written are a notice, and stay in memory")
    func unwritable() async throws {
        try await withFolder { folder in
            try Data().write(to: URL(filePath: "\(folder)/file"))
            let computed = try await features(work(views: 2), pictures, in: nil)
            for place in ["\(folder)/file", "\(folder)/file/features", "/proc/features"] {
                let first = try await features(work(views: 2), pictures, in: cache(place))
                #expect(first.bits == computed.bits && first.found == 0)
                let told = notices.take()
                #expect(told.count == 1 && told[0].hasPrefix("features are not kept on disk: "), "\(told)")
            }
        }
    }

    @Test("that do not fit in memory are read from disk; what fits neither is an error with a remedy")
    func outOfMemory() async throws {
        try await withFolder { folder in
            let computed = try await features(work(views: 2), pictures, in: nil)
            let first = try await features(work(views: 2), pictures, in: cache(folder), memory: 1000)
            #expect(first.bits == computed.bits && first.found == 0)
            let second = try await features(work(views: 2), pictures, in: cache(folder), memory: 1000)
            #expect(second.bits == computed.bits && second.found == 80)

            await #expect {
                _ = try await features(work(), pictures, in: nil, memory: 1000)
            } throws: { "\($0)".contains("takes 10.2 kB, and 1.0 kB are available. Use a feature cache") }
            await #expect {
                _ = try await features(work(), pictures, in: cache(folder, capacity: 2000), memory: 1000)
            } throws: { "\($0)".contains("Let the feature cache be larger") }
            await #expect {
                _ = try await features(work(seed: 5), pictures, in: cache("/proc/features"), memory: 1000)
            } throws: { "\($0)".contains("do not fit in memory, and cannot be kept on disk") }
        }
    }

    @Test("beyond the capacity go, those first that were used longest ago; other files and those in use stay")
    func capacity() async throws {
        try await withFolder { folder in
            _ = try await features(work(), pictures, in: cache(folder))
            let old = try #require(try files(folder).first)
            _ = try await features(work(seed: 3, weights: Self.weights(seed: 8)), pictures, in: cache(folder))
            let used = try #require(try files(folder).first { $0 != old })
            try Data(repeating: 1, count: 100_000).write(to: URL(filePath: "\(folder)/features-of-mine.safetensors"))
            for name in try files(folder) {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: name == old ? 1e9 : 2e9)],
                    ofItemAtPath: "\(folder)/\(name)")
            }
            let size = try Data(contentsOf: URL(filePath: "\(folder)/\(old)")).count
            // Room for two files: the third takes the place of the oldest.
            _ = try await features(
                work(weights: Self.weights(seed: 7)), pictures, in: cache(folder, capacity: 2 * size + 1000))
            let left = try files(folder)
            #expect(left.count == 3 && !left.contains(old) && left.contains(used))
            // Using the oldest makes it the newest.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: "\(folder)/\(used)")
            _ = try await features(work(weights: Self.weights(seed: 8)), pictures, in: cache(folder))
            _ = try await features(
                work(weights: Self.weights(seed: 6)), pictures, in: cache(folder, capacity: 2 * size + 1000))
            #expect(try files(folder).contains(used))
            #expect(notices.take().isEmpty)

            // No room for anything: said once, and the features stay in memory.
            let few = try await features(work(views: 2, seed: 7), pictures, in: cache(folder, capacity: 5000))
            let computed = try await features(work(views: 2, seed: 7), pictures, in: nil)
            #expect(few.bits == computed.bits)
            let told = notices.take()
            #expect(told.count == 1 && told[0].hasPrefix("the feature cache is full"), "\(told)")
            #expect(try files(folder).contains("features-of-mine.safetensors"))
        }
    }

    @Test("what a killed process left of a file is removed after a day")
    func remains() async throws {
        try await withFolder { folder in
            for (name, date) in [(".fovea-1-1.tmp", Date(timeIntervalSince1970: 1e9)), (".fovea-1-2.tmp", Date())] {
                try Data().write(to: URL(filePath: "\(folder)/\(name)"))
                try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(folder)/\(name)")
            }
            _ = try await features(work(), pictures, in: cache(folder))
            #expect(try files(folder).count == 2 && files(folder).contains(".fovea-1-2.tmp"))
        }
    }

    @Test("that other kernels computed are not used")
    func kernels() async throws {
        try await withFolder { folder in
            let work = try work()
            let keys = try FeatureKeys(
                try #require(work.tuning.divided).body, weights: work.tuning.start, batchSize: 16,
                transforms: work.tuning.featureTransforms([]), seed: 3, device: work.device)
            let key = try #require(keys.key(ofView: 0))
            let digest = try #require(pictures.digest(ofExample: 0))
            let features = ["features": Tensor(repeating: 1, .float32([64]))]
            func selection(_ kernel: String) -> KernelSelection {
                let kernels = KernelSelection(.timed)
                #expect(kernels.adopt(["question": kernel]))
                return kernels
            }
            let rows = [FeatureShard.Row(digest: digest, features: features)]
            let written = await FeatureStore(cache(folder), keys, kernels: selection("winograd")).add(rows, key)
            #expect(written?.kernels == ["question": "winograd"])
            // A process that has not chosen yet takes the kernels of the features.
            let free = KernelSelection(.timed)
            #expect(await FeatureStore(cache(folder), keys, kernels: free).count(of: [digest], key) == 1)
            #expect(free.choices.mapValues(\.kernel) == ["question": "winograd"])
            #expect(notices.take().isEmpty)
            let bound = FeatureStore(cache(folder), keys, kernels: selection("direct"))
            #expect(await bound.count(of: [digest], key) == 0)
            #expect(notices.take().first?.hasPrefix("features that other kernels computed are not used") == true)
        }
    }
}
