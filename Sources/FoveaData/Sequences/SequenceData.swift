import FoveaFoundation
import FoveaGraph

/// The sequence data that the command line names.
public enum SequenceData {
    /// Whether a source is sequence data, as far as a look at its name and its beginning says. False where there is nothing.
    public static func recognizes(_ source: String) -> Bool {
        ImageSequences.named(source) != nil || (try? kind(of: source)) != nil
    }

    /// Loads series: a `.ts` file, a `.txt` or `.tsv` file of the UCR archive, or a folder with one pair of these, called
    /// `NAME_TRAIN` and `NAME_TEST`. A file called `NAME_TRAIN` brings the test part beside it along.
    ///
    /// `rows:FOLDER`, `pixels:FOLDER` and `permuted:FOLDER` are the images of an IDX set read row by row, pixel by pixel, or pixel by
    /// pixel in an order that is drawn once.
    ///
    /// The order of the classes is that of `@classLabel` in a `.ts` file's header; else labels that are numbers by size, and then
    /// texts by their bytes.
    ///
    /// - Throws: ``FoveaError`` when there is no such data, or with file and line when it is damaged.
    public static func load(_ source: String, options: SequenceOptions = SequenceOptions()) throws -> DataSplits {
        if let images = ImageSequences.named(source) { return try images.reading.load(folder: images.folder) }
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
        }
    }

    /// Whether a source's numbers have been scaled already, as images that are read as sequences have.
    public static func isScaled(_ source: String) -> Bool { ImageSequences.named(source) != nil }

    enum Kind {
        case series(SequenceFiles)
    }

    /// Nil where it is no sequence data.
    static func kind(of source: String) throws -> Kind? {
        switch FileKind(at: source) {
        case .folder: return try SequenceFiles(folder: source).map(Kind.series)
        case .regularFile: return try SequenceFiles(file: source).map(Kind.series)
        default: return nil
        }
    }

    private static let supportedKinds =
        "Give a .ts file, a .txt or .tsv file of the UCR archive, or a folder with NAME_TRAIN and NAME_TEST; or rows:, pixels: or "
        + "permuted: before a folder of IDX files."
}

/// How sequence data is loaded.
public struct SequenceOptions: Sendable {
    /// The classes, where a model gives them; those of the training part where it is nil.
    public var classes: ClassesFile?
    /// Where it is ``MissingValues/refused``, a missing value is an error with its file and line.
    public var missing: MissingValues

    public init(classes: ClassesFile? = nil, missing: MissingValues = .refused) {
        (self.classes, self.missing) = (classes, missing)
    }
}
