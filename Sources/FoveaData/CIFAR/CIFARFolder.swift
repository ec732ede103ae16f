import FoveaFoundation
import FoveaGraph

/// A folder with the binary files of CIFAR-10 or CIFAR-100.
struct CIFARFolder {
    private let path: String
    private let format: Format
    /// The names of the files with training images, in order.
    private let trainingFiles: [String]

    /// What the two sets differ in.
    private struct Format {
        let testFile: String
        let namesFile: String
        /// The number of bytes before the pixels of an image, and the position of the label among them.
        let labelCount: Int
        let labelPosition: Int

        static let ten = Format(
            testFile: "test_batch.bin", namesFile: "batches.meta.txt", labelCount: 1, labelPosition: 0)

        static func hundred(_ labels: CIFAR.Labels) -> Format {
            Format(
                testFile: "test.bin",
                namesFile: labels == .fine ? "fine_label_names.txt" : "coarse_label_names.txt", labelCount: 2,
                labelPosition: labels == .fine ? 1 : 0)
        }

        var recordSize: Int { labelCount + 3 * CIFARFolder.plane }
    }

    private static let extent = 32
    private static let plane = extent * extent
    /// The largest file that is read: ten times CIFAR-100's.
    private static let maximumByteCount = 2 << 30

    /// Nil when there are no training images of either set in the folder.
    init?(path: String, labels: CIFAR.Labels = .fine) throws {
        let names = try namesInFolder(path)
        let batches = names.filter { $0.hasPrefix("data_batch_") && $0.hasSuffix(".bin") }
        if !batches.isEmpty {
            (format, trainingFiles) = (.ten, batches)
        } else if names.contains("train.bin"), names.contains("fine_label_names.txt") || names.contains("test.bin") {
            (format, trainingFiles) = (.hundred(labels), ["train.bin"])
        } else {
            return nil
        }
        self.path = path
    }

    func load() throws -> DataSplits {
        let missing = [format.namesFile, format.testFile].filter {
            FileKind(at: FoveaFoundation.path(of: $0, in: path)) != .regularFile
        }
        guard missing.isEmpty else {
            throw FoveaError(
                .missingInput, "The folder \(quoted(path)) lacks \(missing.map(quoted).joined(separator: " and ")).",
                remedy: "Give the folder of the binary version with all of its files.")
        }
        let classNames = try ClassesFile(path: FoveaFoundation.path(of: format.namesFile, in: path)).names
        return DataSplits(
            training: try dataset(trainingFiles, classNames), test: try dataset([format.testFile], classNames))
    }

    private func dataset(_ files: [String], _ classNames: [String]) throws -> Dataset {
        var (labels, pixels): ([Int32], [UInt8]) = ([], [])
        for name in files {
            let file = FoveaFoundation.path(of: name, in: path)
            do {
                try read(file, classNames, &labels, &pixels)
            } catch let error as FoveaError where error.code == .badData {
                throw error.located(at: .file(file))
            }
        }
        return try Dataset(
            name: folderName(path), classNames: classNames, labels: labels, pixels: pixels, channels: 3,
            height: Self.extent, width: Self.extent)
    }

    /// Adds the images of a file.
    private func read(_ file: String, _ classNames: [String], _ labels: inout [Int32], _ pixels: inout [UInt8]) throws {
        let size = fileByteCount(at: file) ?? 0
        try AvailableMemory.require(3 * min(size, Self.maximumByteCount), for: "its images")
        let bytes = try readFile(at: file, limit: Self.maximumByteCount)
        let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: format.recordSize)
        guard count > 0, rest == 0 else {
            throw FoveaError(
                .badData,
                "The file has \(bytes.count) bytes: \(count) images of \(format.recordSize) bytes and \(rest) bytes more.",
                at: .byte(count * format.recordSize), remedy: "Copy or download it again.")
        }
        pixels.reserveCapacity(pixels.count + count * 3 * Self.plane)
        for image in 0..<count {
            let start = image * format.recordSize
            let label = Int32(bytes[start + format.labelPosition])
            guard classNames.indices.contains(Int(label)) else {
                throw FoveaError(
                    .badData,
                    "The label of image \(image) is \(label); \(quoted(format.namesFile)) names the classes 0 to "
                        + "\(classNames.count - 1).",
                    at: .byte(start + format.labelPosition), remedy: "Use the files of one set.")
            }
            labels.append(label)
            Self.appendInterleaved(bytes[(start + format.labelCount)...], to: &pixels)
        }
    }

    /// Adds an image whose planes lie one after the other, the channels of a pixel beside each other.
    private static func appendInterleaved(_ planes: ArraySlice<UInt8>, to pixels: inout [UInt8]) {
        let planes = planes.span
        for position in 0..<plane {
            for channel in 0..<3 { pixels.append(planes[channel * plane + position]) }
        }
    }
}
