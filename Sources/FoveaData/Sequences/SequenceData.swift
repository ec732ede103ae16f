import FoveaFoundation
import FoveaGraph

/// The sequence data that the command line names.
public enum SequenceData {
    /// Whether a source is sequence data, as far as a look at its name and its beginning says. False where there is nothing.
    public static func recognizes(_ source: String) -> Bool {
        isScaled(source) || (try? kind(of: source)) != nil
    }

    /// Loads texts: a folder with a file for each class, `CLASS.txt`, one text a line, or with folders `train`, `val` and `test` of
    /// these; or a `.txt` or `.tsv` file with a text on each line, and after a tab its label.
    ///
    /// Or series: a `.ts`, `.arff`, `.csv` or `.npz` file, a `.txt` or `.tsv` file of the UCR archive, or a folder with one pair of these, called
    /// `NAME_TRAIN` and `NAME_TEST`. A file called `NAME_TRAIN` brings the test part beside it along.
    ///
    /// `rows:FOLDER`, `pixels:FOLDER` and `permuted:FOLDER` are the images of an IDX set read row by row, pixel by pixel, or pixel by
    /// pixel in an order that ``SequenceOptions/permutationSeed`` draws.
    ///
    /// `adding:T` and `copy:T` are tasks for memories over T steps.
    ///
    /// The order of the classes is that of `@classLabel` in a `.ts` file's header; else labels that are numbers by size, and then
    /// texts by their bytes.
    ///
    /// - Throws: ``FoveaError`` when there is no such data, or with file and line when it is damaged.
    public static func load(_ source: String, options: SequenceOptions = SequenceOptions()) throws -> DataSplits {
        if let images = ImageSequences.named(source) {
            return try images.reading.load(folder: images.folder, permutationSeed: options.permutationSeed)
        }
        if let window = options.window, FileKind(at: source) == .regularFile {
            guard source.fileExtension == "csv" else {
                throw FoveaError(
                    .usage, "\(quoted(source)) is no .csv, and windows are cut out of one.",
                    remedy: "Give a .csv with a row for each step and a column for each channel.")
            }
            return try LongSeriesCSV(path: source, options: options).load(window)
        }
        if let made = MemoryTask.named(source) { return try made.task.load(length: made.length) }
        guard let kind = try kind(of: source) else {
            guard FileKind(at: source) != nil else {
                throw FoveaError(
                    .missingInput, "There is no data at \(quoted(source)).", remedy: supportedKinds)
            }
            throw FoveaError(
                .badData, "The kind of the sequences at \(quoted(source)) is not known.", remedy: supportedKinds)
        }
        switch kind {
        case .series(let files): return try files.load(options)
        case .texts(let files): return try files.load(options)
        }
    }

    /// Whether a source reads the pixels of images in an order that a seed draws.
    public static func isPermuted(_ source: String) -> Bool { ImageSequences.named(source)?.reading == .permuted }

    /// Whether a source's numbers have been scaled already, as images that are read as sequences have, or are made up.
    public static func isScaled(_ source: String) -> Bool {
        ImageSequences.named(source) != nil || MemoryTask.named(source) != nil
    }

    /// The lines of a file as texts, whatever it is called; labels after a tab are left out.
    ///
    /// - Throws: ``FoveaError`` with file and line when it is not UTF-8.
    public static func texts(ofLinesIn path: String, tokens: TokenKind) throws -> TextSet {
        var table = TextTable(tokens, ignoringLabels: true)
        try table.add(file: path, label: nil)
        return try table.set(name: path, classNames: [], path: path)
    }

    enum Kind {
        case series(SequenceFiles)
        case texts(TextFiles)
    }

    /// Nil where it is no sequence data.
    static func kind(of source: String) throws -> Kind? {
        switch FileKind(at: source) {
        case .folder:
            return try SequenceFiles(folder: source).map(Kind.series) ?? TextFiles(folder: source).map(Kind.texts)
        case .regularFile:
            return try SequenceFiles(file: source).map(Kind.series) ?? TextFiles(file: source).map(Kind.texts)
        default: return nil
        }
    }

    private static let supportedKinds =
        "Give a .ts, .arff, .csv or .npz file of series, a .txt or .tsv file of the UCR archive, or a folder with NAME_TRAIN and NAME_TEST; a folder with a .txt "
        + "file of texts for each class, or a .txt of `text<tab>label`; or rows:, pixels: or permuted: before a folder of IDX files."
}

/// How sequence data is loaded.
public struct SequenceOptions: Sendable {
    /// The classes, where a model gives them; those of the training part where it is nil.
    public var classes: ClassesFile?
    /// Where it is ``MissingValues/refused``, a missing value is an error with its file and line.
    public var missing: MissingValues
    /// What the tokens of texts are.
    public var tokens: TokenKind
    /// Cuts one long series, a `.csv` with a row for each step, into windows; nil where the data has a series for each example.
    public var window: SlidingWindow?
    /// The number of steps after each window that are to be forecast; nil where windows have classes.
    public var horizon: Int?
    /// The channels that are to be forecast.
    public var forecastChannels = ForecastChannels.all
    /// The seed of the order in which `permuted:` reads pixels.
    public var permutationSeed: UInt64 = 0
    /// Whether texts without labels are an error, and windows without the steps that are forecast left out.
    public var requiresLabels = true

    public init(
        classes: ClassesFile? = nil, missing: MissingValues = .refused, tokens: TokenKind = .characters
    ) {
        (self.classes, self.missing, self.tokens) = (classes, missing, tokens)
    }
}
