import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// `fovea data preview`
struct PreviewData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Shows what a network will see: a sheet of training images as PNG.",
        discussion: """
            Each row is an image as it is, and then as it is resized, cropped and augmented in the first epochs of a training \
            with the same data, options and seed. --mixup and --cutmix mix batches and do not show.
            """)

    @Argument(help: DataOptions.help)
    var data: String

    @OptionGroup var augmentation: AugmentationOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Height and width of the network's images. (default: 224 for files of images, else the images' own)",
            valueName: "pixels"))
    var imageSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Fraction of every class that the training holds out for validation. (default: that of the training, 0.1 where the data has no validation part)",
            valueName: "fraction"))
    var valSplit: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of images.", valueName: "count"))
    var count = 8

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of epochs.", valueName: "count"))
    var epochs = 4

    @Option(help: ArgumentHelp("PNG file to write.", valueName: "file"))
    var out = "preview.png"

    @OptionGroup var random: SeedOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        for (flag, value, limit) in [("--count", count, 100), ("--epochs", epochs, 20)]
        where !(1...limit).contains(value) {
            throw FoveaError(.usage, "\(flag) is \(value).", remedy: "Use 1 to \(limit).")
        }
        try augmentation.check()
        let options = try trainingData
        try options.check()
        let splits = try options.load(seed: random.seed).splits
        let size = imageSize ?? (splits.files == nil ? nil : 224)
        let sizing = try size.map { try ResizeAndCenterCrop(evaluating: $0, $0) }
        let preprocessing = try Preprocessing(fittedTo: splits.training, sizing: sizing)
        let transforms = try augmentation.augmentation(classNames: splits.training.classNames)
            .transforms(for: preprocessing)
        let preview = try TrainingPreview(
            of: splits.training, transforms: transforms, seed: random.seed, examples: count, epochs: epochs)
        try replaceFile(at: out, with: preview.sheet.png())
        if output.json {
            try StandardOutput.document(["path": .string(out)])
        } else {
            try StandardOutput.line("written: \(out.onOneLine)")
        }
    }

    /// The data as `fovea train` divides it: an example's random numbers depend on its place among the others.
    private var trainingData: DataOptions {
        get throws {
            var arguments = ["--data", data]
            if let valSplit { arguments += ["--val-split", "\(valSplit)"] }
            if let imageSize { arguments += ["--image-size", "\(imageSize)"] }
            return try DataOptions.parse(arguments)
        }
    }
}
