import Foundation
import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Augmentation of a training part")
struct AugmentationTests {
    private let photographs: Preprocessing
    private let digits: Preprocessing

    init() throws {
        photographs = try Preprocessing(
            channels: 3, height: 16, width: 16, mean: [0.5, 0.4, 0.3], standardDeviation: [0.2, 0.2, 0.2],
            shorterSide: 18)
        digits = try Preprocessing(channels: 1, height: 28, width: 28, mean: [0.1], standardDeviation: [0.3])
    }

    private func names(
        _ kind: Augmentation.Kind, _ classNames: [String], _ preprocessing: Preprocessing, erasing: Double = 0
    ) throws -> [String] {
        try Augmentation(kind, classNames: classNames, erasing: erasing).transforms(for: preprocessing)
            .map { "\(type(of: $0))" }
    }

    @Test(
        "photographs are cropped and resized, mirrored, and changed in colour; the preprocessing then resizes no more")
    func photographic() throws {
        let classes = ["glass", "paper"]
        #expect(try names(.none, classes, photographs) == ["Preprocessing"])
        #expect(
            try names(.flip, classes, photographs) == ["ResizeAndCenterCrop", "RandomHorizontalFlip", "Preprocessing"])
        #expect(
            try names(.standard, classes, photographs)
                == ["RandomResizedCrop", "RandomHorizontalFlip", "ColorJitter", "Preprocessing"])
        #expect(
            try names(.randaugment, classes, photographs, erasing: 0.1)
                == ["RandomResizedCrop", "RandomHorizontalFlip", "RandAugment", "RandomErasing", "Preprocessing"])
        #expect(
            try names(.none, classes, photographs, erasing: 0.1) == [
                "ResizeAndCenterCrop", "RandomErasing", "Preprocessing",
            ])
        let transforms = try Augmentation(.standard, classNames: classes).transforms(for: photographs)
        #expect((transforms.last as? Preprocessing)?.sizing == nil)
        #expect((transforms.first as? RandomResizedCrop)?.scale == 0.35...1)
    }

    @Test("small images are cut out of a margin, and characters are not mirrored unless that is asked for")
    func small() throws {
        let characters = ["0", "1", "2"]
        #expect(Augmentation.forFineTuning(classNames: characters) == .none)
        #expect(Augmentation.forFineTuning(classNames: ["0", "10"]) == .flip)
        #expect(try names(.standard, characters, digits) == ["RandomCrop", "Preprocessing"])
        #expect(
            try names(.standard, ["shirt", "bag"], digits) == ["RandomCrop", "RandomHorizontalFlip", "Preprocessing"])
        #expect(try names(.standard, [], digits) == ["RandomCrop", "RandomHorizontalFlip", "Preprocessing"])
        #expect(try names(.flip, characters, digits) == ["RandomHorizontalFlip", "Preprocessing"])
        #expect(try names(.trivial, characters, digits) == ["RandomCrop", "TrivialAugmentWide", "Preprocessing"])
        #expect(try names(.augmix, ["a", "B"], digits) == ["RandomCrop", "AugMix", "Preprocessing"])
        #expect(try names(.none, characters, digits, erasing: 1) == ["RandomErasing", "Preprocessing"])
    }

    @Test("erasing takes the mean colour, which standardization makes 0 up to the rounding")
    func erasing() throws {
        let transforms = try Augmentation(.none, classNames: ["a"], erasing: 1).transforms(for: photographs)
        let erasing = try #require(transforms.compactMap { $0 as? RandomErasing }.first)
        #expect(erasing.fill == [128, 102, 77])
        let error = #expect(throws: FoveaError.self) { try Augmentation(.none, classNames: [], erasing: 2) }
        #expect(error?.problem == "The probability of erasing is 2.0.")
    }

    /// Colour images of two sizes with a pattern of their own.
    private struct Patterns: ExampleSource {
        let name = "patterns"
        let count = 30
        let classNames = ["striped", "dotted"]

        func example(at index: Int) throws -> Example {
            let (height, width) = index % 2 == 0 ? (20, 26) : (24, 18)
            let pixels = (0..<3 * height * width).map { UInt8(($0 * (index + 3) + $0 / 50) % 256) }
            return Example(
                image: try DecodedImage(channels: 3, height: height, width: width, pixels: pixels),
                label: Int32(index % 2))
        }
    }

    @Test(
        "the same seed and epoch give the same batches for 1, 2 and 7 workers, another epoch or seed gives others",
        arguments: Augmentation.Kind.allCases)
    func keyed(kind: Augmentation.Kind) async throws {
        let transforms = try Augmentation(kind, classNames: Patterns().classNames, erasing: 0.3).transforms(
            for: photographs)
        let every =
            transforms.dropLast() as [any Transform] + [
                try RandomVerticalFlip(), try RandomRotation(degrees: -20...20, interpolation: .bilinear),
                try RandomAffine(degrees: -5...5, translation: [0.1, 0.1], scale: 0.8...1.2), try RandomPerspective(),
                try RandomGrayscale(), try GaussianBlur(kernelSize: 3), try RandomAdjustSharpness(factor: 2),
                try RandomPosterize(bits: 4), try RandomSolarize(threshold: 128), try RandomEqualize(),
                try RandomAutocontrast(), try RandomInvert(), try ElasticTransform(sigma: 1), AutoAugment(.cifar10),
                photographs.withoutSizing,
            ]
        func batches(workers: Int, seed: UInt64 = 3, epoch: Int = 1, batchSize: Int = 7) async throws -> [Tensor] {
            let loader = try DataLoader(
                Patterns(), transforms: kind == .none ? every : transforms, batchSize: batchSize,
                order: EpochOrder(seed: seed, isShuffled: false), epoch: epoch, workers: workers)
            var images: [Tensor] = []
            for try await batch in loader { images.append(try batch.images) }
            return images
        }
        let expected = try await batches(workers: 1)
        #expect(expected.count == 5)
        for workers in [2, 7] { #expect(try await batches(workers: workers) == expected) }
        #expect(try await batches(workers: 3, batchSize: 30).first?.floats == expected.flatMap(\.floats))
        #expect(try await batches(workers: 2, epoch: 2) != expected)
        #expect(try await batches(workers: 2, seed: 4) != expected)
    }

    @Test("files get the same crops as their decoded images, for any number of workers")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-tests-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let rows: [[UInt8]] = (0..<40).map { (row: Int) in
            (0..<150).map { (place: Int) in UInt8((place * 5 + row * 3) % 256) }
        }
        let photograph = png(width: 50, height: 40, colourType: 2, rows: rows)
        let paths = try (0..<9).map { index in
            let path = "\(folder)/\(index)"
            try Data(index % 3 == 0 ? redAndBlueJPEG : photograph).write(to: URL(filePath: path))
            return path
        }
        struct Decoded: ExampleSource {
            let name = "decoded"
            let images: [DecodedImage]
            var count: Int { images.count }
            func example(at index: Int) -> Example { Example(image: images[index]) }
        }
        let decoded = try Decoded(images: paths.map { try ImageFile.decode(path: $0, channels: 3) })
        let transforms = try Augmentation(.standard, classNames: ["a", "bc"]).transforms(for: photographs)
        func images(_ source: any ExampleSource, workers: Int) async throws -> [Float] {
            let loader = try DataLoader(
                source, transforms: transforms, batchSize: 4, order: EpochOrder(seed: 5), epoch: 2, workers: workers
            )
            var floats: [Float] = []
            for try await batch in loader { floats += try batch.images.floats }
            return floats
        }
        let expected = try await images(decoded, workers: 1)
        #expect(expected.count == 9 * 3 * 16 * 16)
        for workers in [1, 2, 7] {
            #expect(try await images(ImageFileSource(paths, channels: 3), workers: workers) == expected)
        }
    }

    @Test("a transform leaves an example without an image as it is")
    func withoutImage() throws {
        let example = Example(label: 1, values: ["age": Tensor(scalar: 3)])
        let same = try RandomInvert(probability: 1).transformed(
            example, random: CounterBasedGenerator(seed: 1, purpose: "none"))
        #expect(same.image == nil && same.label == 1 && same.values == example.values)
    }
}
