import FoveaFoundation
import FoveaGraph

/// The parts of a data set that a network is trained on, chosen by, and measured with.
public struct DataSplits: Sendable {
    public var training: Dataset
    public var validation: Dataset?
    public var test: Dataset?

    public init(training: Dataset, validation: Dataset? = nil, test: Dataset? = nil) {
        self.training = training
        self.validation = validation
        self.test = test
    }
}

/// Where data comes from, as the command line names it.
public enum DataSource {
    /// Loads `glyphs`, the built-in set, or a folder with the four MNIST-style IDX files, plain or `.gz`.
    ///
    /// A folder whose name contains `fashion` and that has ten classes gets Fashion-MNIST's class names; the classes of
    /// others are called `0`, `1`, ….
    ///
    /// - Throws: ``FoveaError`` when there is no such data, when its kind is not known, or when it is not sound.
    public static func load(_ source: String) throws -> DataSplits {
        if source == "glyphs" { return try Glyphs().splits() }
        guard let kind = FileKind(at: source) else {
            throw FoveaError(.missingInput, "There is no data at `\(source)`.", remedy: supportedKinds)
        }
        guard kind == .folder, let folder = IDXFolder(path: source) else {
            throw FoveaError(.badData, "The kind of the data at `\(source)` is not known.", remedy: supportedKinds)
        }
        return try folder.load()
    }

    private static let supportedKinds =
        "Give `glyphs`, the built-in set, or a folder with the four MNIST-style IDX files, plain or .gz."
}
