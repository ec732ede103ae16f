import FoveaFoundation
import FoveaGraph

/// The sources of data that the command line names.
public enum DataSource {
    /// Loads `glyphs`, the built-in set, a folder with the four MNIST-style IDX files, plain or `.gz`, or a folder with a folder
    /// of images for each class, or with `train`, `val` and `test` folders of those. One of EMNIST's six sets is a folder of
    /// the second kind.
    ///
    /// The classes of a folder of images are the names of its folders in the order of their bytes. Hidden files and what
    /// systems leave behind are left out and counted (``DataSplits/files``); links to folders are not followed.
    ///
    /// A folder whose name contains `fashion` and that has ten classes gets Fashion-MNIST's class names; the classes of
    /// others are called `0`, `1`, …. EMNIST's classes are its digits and letters: for `emnist-letters`, whose labels begin
    /// at 1, the 26 letters. EMNIST's images are stored with rows and columns exchanged, and stay so, as in torchvision.
    ///
    /// - Parameter limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` when there is no such data, when its kind is not known, or when it is damaged.
    public static func load(_ source: String, limits: ImageLimits = .standard) throws -> DataSplits {
        if source == "glyphs" { return try Glyphs().splits() }
        guard let kind = FileKind(at: source) else {
            throw FoveaError(.missingInput, "There is no data at \(quoted(source)).", remedy: supportedKinds)
        }
        if kind == .folder {
            if let folder = try IDXFolder(path: source) { return try folder.load() }
            if let folder = try ImageFolder(path: source, limits: limits) { return try folder.load() }
        }
        throw FoveaError(
            .badData, "The kind of the data at \(quoted(source)) is not known.", remedy: supportedKinds)
    }

    private static let supportedKinds =
        "Give `glyphs`, the built-in set, a folder with a folder of images for each class, or a folder with the four IDX files "
        + "of MNIST or of an EMNIST set, plain or .gz."
}
