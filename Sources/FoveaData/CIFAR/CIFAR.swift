import FoveaFoundation
import FoveaGraph

/// CIFAR-10 and CIFAR-100 in their binary form: for each image its label and 3072 bytes, the red, green and blue planes of
/// 32 rows and columns.
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
public enum CIFAR {
    /// The two labels that CIFAR-100 has for each image.
    public enum Labels: Hashable, Sendable {
        /// 100 classes.
        case fine
        /// 20 classes of five fine ones each.
        case coarse
    }

    /// Loads a folder with `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin` and `batches.meta.txt`, or with
    /// `train.bin`, `test.bin` and the names of the labels, `fine_label_names.txt` or `coarse_label_names.txt`.
    ///
    /// - Parameter labels: those of CIFAR-100; CIFAR-10 has only one kind.
    /// - Throws: ``FoveaError`` that names the file, and the byte in it, when one is missing, does not consist of whole images,
    ///   or has a label without a name; or when the folder holds neither set.
    public static func load(_ path: String, labels: Labels = .fine) throws -> DataSplits {
        guard let folder = try CIFARFolder(path: path, labels: labels) else {
            throw FoveaError(
                .missingInput, "The folder \(quoted(path)) holds neither CIFAR-10 nor CIFAR-100.",
                remedy: "Give the folder of the binary version, with `data_batch_1.bin` or `train.bin`.")
        }
        return try folder.load()
    }
}
