public import ArgumentParser
public import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN

/// The data that a network is trained on, and the part of it that chooses the best epoch.
struct DataOptions: ParsableArguments {
    /// The help of `--data`.
    static let help: ArgumentHelp =
        """
        `glyphs`, the built-in digits; a folder with a folder of images for each class, or with `train`, `val` and `test` \
        folders of those; a .csv of `path,label`, or of `path,label,split`; or a folder with the binary files of CIFAR-10 or \
        CIFAR-100, or with the four IDX files of MNIST or of an EMNIST set, plain or .gz. For networks over sequences: a .ts, .arff, .csv or .npz file, a \
        .txt or .tsv file of the UCR archive, a folder with NAME_TRAIN and NAME_TEST of these, or rows:, pixels: or permuted: before a \
        folder of IDX files; for texts: a folder with a .txt file for each class, a text on each line, or a .txt of `text<tab>label`.
        """

    /// The help of `--classes-file`.
    static let classesFileHelp = ArgumentHelp(
        """
        File with the names of the classes, one a line, in the order of their labels, for folders and tables of images. \
        (default: in the order of their bytes)
        """, valueName: "file")

    @Option(help: Self.help)
    var data: String

    @Option(
        help: ArgumentHelp(
            "Data to validate on instead of a part of --data; its training part is used.", valueName: "data"))
    var val: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Fraction of every class to hold out for validation; 0 for none. (default: 0.1 where the data has no validation part)",
            valueName: "fraction"))
    var valSplit: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Fraction of every class to hold out for testing, where the data has no test part. (default: none)",
            valueName: "fraction"))
    var testSplit: Double?

    @Option(help: Self.classesFileHelp)
    var classesFile: String?

    @Option(
        help: ArgumentHelp(
            """
            Treatment of image files that cannot be read: error; skip, which leaves out at most 1 % of them, or ten; or \
            quarantine, which leaves out any number and lists them in the run folder (bad-files.csv).
            """, valueName: "rule"))
    var badFiles = BadFiles.error

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of training examples to use, of every class in proportion, drawn at random.", valueName: "count"))
    var limitTrain: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of validation examples to use, drawn likewise.", valueName: "count"))
    var limitVal: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Height and width of the network's images; pictures are resized and their middle is cut out. (default: the \
            network's usual size for a folder of images, else the images' own)
            """, valueName: "pixels"))
    var imageSize: Int?

    @OptionGroup var imageLimits: ImageLimitOptions

    /// The fraction to hold out where the data has no validation part and none is given.
    static let defaultSplit = 0.1

    /// Throws ``FoveaError`` for mistakes that are evident before anything is loaded.
    func check() throws {
        for (flag, limit) in [("--limit-train", limitTrain), ("--limit-val", limitVal)] {
            if let limit, limit < 1 {
                throw FoveaError(
                    .usage, "\(flag) is \(limit).", remedy: "Use at least 1, or leave it out for all examples.")
            }
        }
        _ = try imageLimits.limits
        if let imageSize, !(1...maximumImageExtent).contains(imageSize) {
            throw FoveaError(
                .usage, "--image-size is \(imageSize).", remedy: "Use 1 to \(maximumImageExtent.grouped), such as 224.")
        }
        if let testSplit, !(testSplit > 0 && testSplit < 1) {
            throw FoveaError(
                .usage, "--test-split is \(testSplit), not a fraction between 0 and 1.",
                remedy: "Use for example 0.1 for every tenth example, or leave it out.")
        }
        guard let valSplit else { return }
        guard valSplit >= 0, valSplit < 1 else {
            throw FoveaError(
                .usage, "--val-split is \(valSplit), not a fraction from 0 to below 1.",
                remedy: "Use for example 0.1 for every tenth example, or 0 for no validation.")
        }
        if val != nil {
            throw FoveaError(
                .usage, "--val and --val-split both choose the validation data.", remedy: "Leave one of them out.")
        }
    }

    /// The settings by the names of their flags.
    ///
    /// - Parameter heldOut: the fraction of the training examples that was held out for validation.
    func settings(heldOut: Double) -> [(String, JSONValue)] {
        [
            ("data", .string(data)),
            ("val", val.map(JSONValue.string) ?? .null),
            ("val-split", .number(heldOut)),
            ("test-split", testSplit.map(JSONValue.number) ?? .null),
            ("classes-file", classesFile.map(JSONValue.string) ?? .null),
            ("bad-files", .string(badFiles.rawValue)),
            ("limit-train", limitTrain.map(JSONValue.integer) ?? .null),
            ("image-size", imageSize.map(JSONValue.integer) ?? .null),
            ("max-image-side", .integer(imageLimits.maxImageSide)),
            ("max-image-pixels", .integer(imageLimits.maxImagePixels)),
            ("limit-val", limitVal.map(JSONValue.integer) ?? .null),
        ]
    }

    /// The parts as divided by the options, and the fraction of the training examples that was held out for validation.
    ///
    /// - Throws: ``FoveaError`` when there is no such data, when it is damaged, or when its parts do not fit together.
    func load(seed: UInt64) throws -> (splits: DataSplits, heldOut: Double) {
        var heldOut = 0.0
        let limits = try imageLimits.limits
        let classes = try classesFile.map { try ClassesFile(path: $0) }
        var splits = try DataSource.load(data, classes: classes, badFiles: badFiles, limits: limits)
        if let val {
            let other = try DataSource.load(val, classes: classes, badFiles: badFiles, limits: limits)
            try other.training.expectSameKind(
                as: splits.training, comparingSizes: splits.files == nil && imageSize == nil)
            splits.validation = other.training
            if let files = splits.files, let others = other.files { splits.files = files + others }
            splits.refusedFiles += other.refusedFiles
        } else if let fraction = valSplit ?? (splits.validation == nil ? Self.defaultSplit : nil) {
            if splits.validation != nil {
                throw FoveaError(
                    .usage, "`\(data)` has a validation part, and --val-split asks for another.",
                    remedy: "Leave --val-split out.")
            }
            heldOut = fraction
        }
        return (try divided(splits, heldOut: heldOut, seed: seed), heldOut)
    }

    /// The parts as divided by the options.
    ///
    /// - Throws: ``FoveaError`` when a part would have no example, or when there is a test part already.
    func divided(_ splits: DataSplits, heldOut: Double, seed: UInt64) throws -> DataSplits {
        if testSplit != nil, splits.test != nil {
            throw FoveaError(
                .usage, "`\(data)` has a test part, and --test-split asks for another.",
                remedy: "Leave --test-split out.")
        }
        return try DataDivision(
            heldOut: heldOut, heldOutTest: testSplit ?? 0, limitTrain: limitTrain, limitVal: limitVal, seed: seed
        ).divided(splits)
    }
}

extension BadFiles: ExpressibleByArgument {}

extension ExampleSource {
    /// Throws unless both sets have the same classes and, where they are not brought to one, images of the same size.
    fileprivate func expectSameKind(as other: any ExampleSource, comparingSizes: Bool) throws {
        guard classNames == other.classNames else {
            throw FoveaError(
                .badData,
                "`\(name)` has the classes \(classNames.joined(separator: ", ")), `\(other.name)` has "
                    + "\(other.classNames.joined(separator: ", ")).",
                remedy: "Validate with data of the same classes in the same order.")
        }
        guard comparingSizes else { return }
        let (own, others) = (try exampleTypes[Batch.imagesName], try other.exampleTypes[Batch.imagesName])
        guard own == others else {
            func text(_ type: TensorType?) -> String { type.map { "\($0.shape)" } ?? "missing" }
            throw FoveaError(
                .badData, "The images of `\(name)` are \(text(own)), those of `\(other.name)` \(text(others)).",
                remedy: "Validate with images of the same size.")
        }
    }
}

extension DataSplits {
    /// The rule that brings images to a network's size; nil where they are taken as they are.
    ///
    /// - Parameter imageSize: the size that is asked for.
    func sizing(for entry: ModelZoo.Entry, imageSize: Int? = nil) throws -> ResizeAndCenterCrop? {
        if let imageSize { return try ResizeAndCenterCrop(evaluating: imageSize, imageSize) }
        return files == nil ? nil : try ResizeAndCenterCrop(evaluating: entry.input[1], entry.input[2])
    }
}
