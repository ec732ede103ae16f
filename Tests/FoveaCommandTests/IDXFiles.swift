import Foundation
import FoveaData

/// Writes a training and a test part as the four IDX files of a folder in MNIST's form.
func writeIDX(training: Dataset, test: Dataset, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, part) in [("train", training), ("t10k", test)] {
        // 8: unsigned bytes, then the number of dimensions and each of them.
        let images =
            [0, 0, 8, 3] + bigEndian(part.count) + bigEndian(part.height) + bigEndian(part.width)
            + part.labels.indices.flatMap { part.pixels(of: $0) }
        let labels = [0, 0, 8, 1] + bigEndian(part.count) + part.labels.map { UInt8($0) }
        try Data(images).write(to: URL(filePath: "\(folder)/\(name)-images-idx3-ubyte"))
        try Data(labels).write(to: URL(filePath: "\(folder)/\(name)-labels-idx1-ubyte"))
    }
}
