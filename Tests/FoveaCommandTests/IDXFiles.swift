import Foundation
import FoveaData

/// Writes a training and a test part as the four IDX files of a folder in MNIST's form.
func writeIDX(training: any ExampleSource, test: any ExampleSource, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, part) in [("train", training), ("t10k", test)] {
        // 8: unsigned bytes, then the number of dimensions and each of them.
        let images =
            try [0, 0, 8, 3] + bigEndian(part.count) + bigEndian(28) + bigEndian(28)
            + (0..<part.count).flatMap { try part.example(at: $0).image?.pixels ?? [] }
        let labels = try [0, 0, 8, 1] + bigEndian(part.count) + part.labels().map { UInt8($0) }
        try Data(images).write(to: URL(filePath: "\(folder)/\(name)-images-idx3-ubyte"))
        try Data(labels).write(to: URL(filePath: "\(folder)/\(name)-labels-idx1-ubyte"))
    }
}
