import FoveaFoundation
import FoveaGraph

/// The sources of data that the command line names.
public enum DataSource {
    /// Loads `glyphs`, the built-in set; a folder with a folder of images for each class, or with `train`, `val` and `test`
    /// folders of those; a table of image files, `.csv`, with the columns `path` and `label` and perhaps `split`; a folder with
    /// the binary files of CIFAR-10 or CIFAR-100 (``CIFAR``); or a folder with the four MNIST-style IDX files, plain or `.gz`,
    /// also those of one of EMNIST's six sets.
    ///
    /// The classes of a folder or table of images are the names of its folders or labels in the order of their bytes. Hidden
    /// files and what systems leave behind are left out and counted (``DataSplits/files``). Links to files are followed, links to
    /// folders are not.
    ///
    /// A folder whose name contains `fashion` and that has ten classes gets Fashion-MNIST's class names; the classes of
    /// other IDX sets are called `0`, `1`, …. EMNIST's classes are its digits and letters: for `emnist-letters`, whose labels
    /// begin at 1, the 26 letters. EMNIST's images are stored with rows and columns exchanged, and stay so, as in torchvision.
    ///
    /// - Parameters:
    ///   - classes: fixes the order of the classes of a folder or table of images.
    ///   - badFiles: the treatment of image files that cannot be read; all headers are read then. Where it is nil, no file is
    ///     opened, and a bad one is an error when its example is read.
    ///   - limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` when there is no such data, when its kind is not known, or when it is damaged.
    public static func load(
        _ source: String, classes: ClassesFile? = nil, badFiles: BadFiles? = nil, limits: ImageLimits = .standard
    ) throws -> DataSplits {
        switch try kind(of: source) {
        case .folder(let folder): return try folder.files(classes: classes).splits(badFiles: badFiles, limits: limits)
        case .table(let table): return try table.files(classes: classes).splits(badFiles: badFiles, limits: limits)
        case .held(let load):
            guard classes == nil else {
                throw FoveaError(
                    .usage, "The data \(quoted(source)) names its classes itself.",
                    remedy: "An order of classes is for folders and tables of images.")
            }
            return try load()
        }
    }

    /// Data as it is found.
    enum Kind {
        case folder(ImageFolder)
        case table(PathTable)
        /// Data that is held in memory once it is loaded.
        case held(load: () throws -> DataSplits)
    }

    static func kind(of source: String) throws -> Kind {
        if source == "glyphs" { return .held { try Glyphs().splits() } }
        switch FileKind(at: source) {
        case nil: throw FoveaError(.missingInput, "There is no data at \(quoted(source)).", remedy: supportedKinds)
        case .folder:
            if let folder = try IDXFolder(path: source) { return .held { try folder.load() } }
            if let folder = try CIFARFolder(path: source) { return .held { try folder.load() } }
            if let folder = try ImageFolder(path: source) { return .folder(folder) }
        case .regularFile where source.fileExtension == "csv" && !SequenceData.recognizes(source):
            return .table(try PathTable(path: source))
        default: break
        }
        if SequenceData.recognizes(source) {
            throw FoveaError(
                .usage, "The data at \(quoted(source)) are sequences, and this is for images.",
                remedy: "Train a network over sequences on them, such as `gru` or `tcn`.")
        }
        throw FoveaError(
            .badData, "The kind of the data at \(quoted(source)) is not known.", remedy: supportedKinds)
    }

    private static let supportedKinds =
        "Give `glyphs`, the built-in set, a folder with a folder of images for each class, a .csv of `path,label`, or a folder "
        + "with the binary files of CIFAR or the four IDX files of MNIST or of an EMNIST set, plain or .gz."
}
