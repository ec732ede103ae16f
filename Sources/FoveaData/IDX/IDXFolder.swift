import FoveaFoundation
import FoveaGraph

/// A folder with the four files of MNIST or of a set in its form.
struct IDXFolder {
    private let path: String
    /// The files that are there, by the name that they have in MNIST.
    private let files: [String: String]

    private static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]

    /// Nil when none of the four files is in the folder. A plain file is preferred to a packed one; `-idx` may also be
    /// spelled `.idx`.
    init?(path: String) {
        self.path = path
        var files: [String: String] = [:]
        for name in Self.names {
            let spellings = [name, name.replacing("-idx", with: ".idx")]
            let candidates = (spellings + spellings.map { $0 + ".gz" }).map { "\(path)/\($0)" }
            files[name] = candidates.first { FileManager.default.fileExists(atPath: $0) }
        }
        guard !files.isEmpty else { return nil }
        self.files = files
    }

    /// Reads all four files.
    ///
    /// - Throws: ``FoveaError`` that names the file that is missing, not sound, or does not fit another.
    func load() throws -> DataSplits {
        let missing = Self.names.filter { files[$0] == nil }
        guard missing.isEmpty else {
            throw FoveaError(
                .missingInput, "The folder `\(path)` lacks \(missing.joined(separator: ", ")).",
                remedy: "A set in MNIST's form has all four files, each plain or with `.gz`.")
        }
        let training = try part("train")
        let test = try part("t10k")
        let classCount = max(2, Int(training.labels.max() ?? 0) + 1)
        if let index = test.labels.firstIndex(where: { $0 >= classCount }) {
            throw FoveaError(
                .badData,
                "`\(test.labelFile)`: the label at byte \(8 + index) is \(test.labels[index]), the training part has the "
                    + "classes 0 to \(classCount - 1).", remedy: "Use training and test files of the same set.")
        }
        guard test.height == training.height, test.width == training.width else {
            throw FoveaError(
                .badData,
                "The folder `\(path)` has training images of \(training.height)×\(training.width) pixels and test images of "
                    + "\(test.height)×\(test.width).", remedy: "Use training and test files of the same set.")
        }
        let name = URL(filePath: path).standardizedFileURL.lastPathComponent
        let classNames = Self.classNames(folder: name, count: classCount)
        return DataSplits(
            training: try training.dataset(name, classNames), validation: nil, test: try test.dataset(name, classNames))
    }

    /// Fashion-MNIST's names where the folder is called so, otherwise the digits: the files themselves name no classes.
    private static func classNames(folder: String, count: Int) -> [String] {
        let fashion = [
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ]
        return folder.lowercased().contains("fashion") && count == fashion.count
            ? fashion : (0..<count).map(String.init)
    }

    /// Images with their labels.
    private struct Part {
        let labelFile: String
        let labels: [UInt8]
        let pixels: [UInt8]
        let height: Int
        let width: Int

        func dataset(_ name: String, _ classNames: [String]) throws -> Dataset {
            try Dataset(
                name: name, classNames: classNames, labels: labels.map(Int32.init), pixels: pixels, channels: 1,
                height: height, width: width)
        }
    }

    private func part(_ prefix: String) throws -> Part {
        guard let imageFile = files["\(prefix)-images-idx3-ubyte"],
            let labelFile = files["\(prefix)-labels-idx1-ubyte"]
        else { preconditionFailure("missing files were reported before") }
        // The labels first: they are small, and a mistake shows sooner.
        let labels = try IDXFile(path: labelFile, rank: 1)
        let images = try IDXFile(path: imageFile, rank: 3)
        guard labels.dimensions[0] == images.dimensions[0] else {
            throw FoveaError(
                .badData,
                "`\(imageFile)` has \(images.dimensions[0]) images, `\(labelFile)` has \(labels.dimensions[0]) labels.",
                remedy: "Use image and label files of the same set.")
        }
        return Part(
            labelFile: labelFile, labels: labels.bytes, pixels: images.bytes, height: images.dimensions[1],
            width: images.dimensions[2])
    }
}
