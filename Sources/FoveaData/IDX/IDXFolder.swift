import FoveaFoundation
import FoveaGraph

/// A folder with the four files of MNIST, of a set in its form, or of one of EMNIST's sets.
struct IDXFolder {
    private let path: String
    private let set: IDXFileSet
    /// The paths of the existing files, by their name in the set.
    private let files: [String: String]

    /// Nil when none of a set's files is in the folder. Only regular files count. A plain file is preferred to a
    /// compressed one; `-idx` may also be spelled `.idx`.
    ///
    /// - Throws: ``FoveaError`` when there are files of several sets.
    init?(path: String) throws {
        let found = ([.mnist] + IDXFileSet.emnist).map { set in (set: set, files: Self.files(of: set, in: path)) }
            .filter { !$0.files.isEmpty }
        guard let first = found.first else { return nil }
        guard found.count == 1 else {
            let sets = found.map { quoted($0.set.name ?? IDXFileSet.mnist.fileNames[0]) }
            throw FoveaError(
                .badData,
                "The folder \(quoted(path)) holds files of several sets: \(sets.joined(separator: ", ")).",
                remedy: "Give each set a folder of its own.")
        }
        (self.path, set, files) = (path, first.set, first.files)
    }

    private static func files(of set: IDXFileSet, in folder: String) -> [String: String] {
        var files: [String: String] = [:]
        for name in set.fileNames {
            files[name] = spellings(of: name).map { "\(folder)/\($0)" }.first { FileKind(at: $0) == .regularFile }
        }
        return files
    }

    private static func spellings(of name: String) -> [String] {
        let spellings = [name, name.replacing("-idx", with: ".idx")]
        return spellings + spellings.map { $0 + ".gz" }
    }

    /// Reads all four files.
    ///
    /// - Throws: ``FoveaError`` that names the file that is missing, is damaged, or does not fit another.
    func load() throws -> DataSplits {
        try expectAllFiles()
        let training = try part(.training)
        let test = try part(.test)
        let classCount = set.classNames?.count ?? max(2, Int(training.labels.max() ?? 0) + 1)
        try training.expectLabels(set, below: classCount)
        try test.expectLabels(set, below: classCount)
        guard test.height == training.height, test.width == training.width else {
            throw FoveaError(
                .badData,
                "The folder \(quoted(path)) has training images of \(training.height)×\(training.width) pixels and test images of "
                    + "\(test.height)×\(test.width).", remedy: "Use training and test files of the same set.")
        }
        let folder = folderName(path)
        let classNames = set.classNames ?? Self.classNames(folder: folder, count: classCount)
        let name = set.name ?? folder
        return DataSplits(
            training: try training.dataset(name, classNames, set), validation: nil,
            test: try test.dataset(name, classNames, set))
    }

    private func expectAllFiles() throws {
        let missing = set.fileNames.filter { files[$0] == nil }
        guard missing.isEmpty else {
            // Something that has a file's name but is not a file explains why it is not taken.
            let others = missing.flatMap(Self.spellings).filter { FileKind(at: "\(path)/\($0)") != nil }
            let hint = others.isEmpty ? "" : "; \(others.joined(separator: ", ")) is there, but is not a file"
            throw FoveaError(
                .missingInput, "The folder \(quoted(path)) lacks \(missing.joined(separator: ", "))\(hint).",
                remedy: "A set in MNIST's form has all four files, each plain or with `.gz`.")
        }
    }

    /// Fashion-MNIST's names where the folder's name says so, otherwise the digits: the files name no classes.
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

        func expectLabels(_ set: IDXFileSet, below classCount: Int) throws {
            let range = set.firstLabel..<set.firstLabel + classCount
            guard let index = labels.firstIndex(where: { !range.contains(Int($0)) }) else { return }
            let owner = set.name.map { "\($0) has the labels" } ?? "the training part has the classes"
            throw FoveaError(
                .badData,
                "\(quoted(labelFile)): the label at byte \(8 + index) is \(labels[index]), \(owner) "
                    + "\(range.lowerBound) to \(range.upperBound - 1).",
                remedy: "Use training and test files of the same set.")
        }

        func dataset(_ name: String, _ classNames: [String], _ set: IDXFileSet) throws -> Dataset {
            try Dataset(
                name: name, classNames: classNames, labels: labels.map { Int32($0) - Int32(set.firstLabel) },
                pixels: pixels, channels: 1, height: height, width: width)
        }
    }

    private func part(_ part: IDXFileSet.Part) throws -> Part {
        let names = set.fileNames(part)
        guard let imageFile = files[names.images], let labelFile = files[names.labels] else {
            preconditionFailure("missing files were reported before")
        }
        // The labels first: they are small, and an error shows sooner.
        let labels = try IDXFile(path: labelFile, rank: 1)
        let images = try IDXFile(path: imageFile, rank: 3)
        guard labels.dimensions[0] == images.dimensions[0] else {
            throw FoveaError(
                .badData,
                "\(quoted(imageFile)) has \(images.dimensions[0]) images, \(quoted(labelFile)) has \(labels.dimensions[0]) labels.",
                remedy: "Use image and label files of the same set.")
        }
        return Part(
            labelFile: labelFile, labels: labels.bytes, pixels: images.bytes, height: images.dimensions[1],
            width: images.dimensions[2])
    }
}
