import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// `fovea data benchmark`
struct BenchmarkLoading: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Times how fast a data set is read and prepared, without a network.",
        discussion: """
            Images are decoded, resized, augmented, standardized and put into batches, as for training. \
            images_per_core_second counts the processor time of all threads, so it is what one core achieves.
            """)

    @Argument(help: DataOptions.help)
    var data: String

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Height and width of the network's images.", valueName: "pixels"))
    var imageSize = 224

    @Option(parsing: .unconditional, help: ArgumentHelp("Batch size.", valueName: "count"))
    var batchSize = 16

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Number of times that all images are read.", valueName: "count"))
    var epochs = 5

    @OptionGroup var loading: LoadingOptions
    @OptionGroup var augmentation: AugmentationOptions
    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var random: SeedOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        for (flag, number) in [("--epochs", epochs), ("--batch-size", batchSize)] where !(1...1_000_000 ~= number) {
            throw FoveaError(.usage, "\(flag) is \(number).", remedy: "Use 1 to 1,000,000.")
        }
        try loading.check()
        let clock = ContinuousClock()
        let opening = clock.now
        let source = loading.makeCache().caching(
            try DataSource.load(data, badFiles: .error, limits: imageLimits.limits).training)
        let openingSeconds = opening.duration(to: clock.now).seconds
        let transforms = try transforms(of: source)
        // Once untimed: files come into the system's memory, and images into the cache.
        _ = try await read(source, transforms, epoch: 0)
        let memoryBefore = ProcessMemory.residentByteCount
        let (start, processorStart) = (clock.now, processorSeconds())
        var images = 0
        for epoch in 1...epochs { images += try await read(source, transforms, epoch: epoch) }
        try report(
            Figures(
                opening: openingSeconds, images: images, seconds: start.duration(to: clock.now).seconds,
                processor: processorSeconds() - processorStart, memoryBefore: memoryBefore,
                memory: ProcessMemory.residentByteCount))
    }

    /// As for training, with ImageNet's mean and deviation: the numbers do not matter to the speed.
    private func transforms(of source: any ExampleSource) throws -> [any Transform] {
        let sizing = try ResizeAndCenterCrop(evaluating: imageSize, imageSize)
        let channels = try source.example(at: 0).image?.channels ?? 3
        let (mean, deviation): ([Float], [Float]) =
            channels == 3 ? ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) : ([0.5], [0.5])
        let preprocessing = try Preprocessing(
            channels: channels, height: imageSize, width: imageSize, mean: mean, standardDeviation: deviation,
            shorterSide: sizing.shorterSide)
        return try augmentation.augmentation(classNames: source.classNames).transforms(for: preprocessing)
    }

    /// - Returns: the number of images.
    private func read(_ source: any ExampleSource, _ transforms: [any Transform], epoch: Int) async throws -> Int {
        let loader = try DataLoader(
            source, transforms: transforms, batchSize: batchSize, order: EpochOrder(seed: random.seed), epoch: epoch,
            mixing: augmentation.mixing(classes: source.classNames.count), workers: loading.workers)
        var count = 0
        for try await batch in loader { count += batch.indices.count }
        return count
    }

    private struct Figures {
        /// Seconds.
        let opening: Double
        let images: Int
        let seconds: Double
        /// Seconds of all threads.
        let processor: Double
        /// Bytes after the first epoch and at the end; nil where the system does not say.
        let memoryBefore: Int?
        let memory: Int?
    }

    private func report(_ figures: Figures) throws {
        let (speed, coreSpeed) = (
            Double(figures.images) / figures.seconds, Double(figures.images) / figures.processor
        )
        func megabytes(_ count: Int?) -> Double? { count.map { Double($0) / 1e6 } }
        let (before, after) = (megabytes(figures.memoryBefore), megabytes(figures.memory))
        if output.json {
            try StandardOutput.document([
                "opening_seconds": .number(figures.opening), "images": .integer(figures.images),
                "seconds": .number(figures.seconds), "core_seconds": .number(figures.processor),
                "images_per_second": .number(speed), "images_per_core_second": .number(coreSpeed),
                "rss_mb_after_first_epoch": before.map(JSONValue.number) ?? .null,
                "rss_mb": after.map(JSONValue.number) ?? .null,
            ])
            return
        }
        try StandardOutput.line(
            textTable(
                header: ["Data", data.onOneLine],
                rows: [
                    ["opened in", "\(figures.opening.significant) s"],
                    ["read", "\(figures.images.grouped) images in \(figures.seconds.significant) s"],
                    ["speed", "\(speed.significant) images per second"],
                    ["one core", "\(coreSpeed.significant) images per second"],
                    ["memory", after.map { "\($0.groupedWhole) MB" } ?? "unknown"],
                    ["after the first epoch", before.map { "\($0.groupedWhole) MB" } ?? "unknown"],
                ]))
    }
}
