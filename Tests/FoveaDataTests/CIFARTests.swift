import FoveaGraph
import Testing

@testable import FoveaData

@Suite("CIFAR's binary files")
struct CIFARTests {
    /// An image whose planes are `first`, `first` + 1 and `first` + 2, but for its first pixel, which is 7, 8, 9.
    private func record(_ labels: [UInt8], _ first: UInt8) -> [UInt8] {
        labels
            + (0..<3).flatMap { channel in [7 + channel] + [UInt8](repeating: first + channel, count: 1023) }
    }

    private var ten: [(path: String, bytes: [UInt8])] {
        [
            ("data_batch_1.bin", record([1], 10) + record([0], 20)), ("data_batch_2.bin", record([2], 30)),
            ("test_batch.bin", record([2], 40)), ("batches.meta.txt", Array("airplane\nautomobile\nbird\n\n".utf8)),
        ]
    }

    private var hundred: [(path: String, bytes: [UInt8])] {
        [
            ("train.bin", record([1, 2], 10) + record([0, 1], 20)), ("test.bin", record([1, 0], 30)),
            ("fine_label_names.txt", Array("apple\nbear\nbus\n".utf8)),
            ("coarse_label_names.txt", Array("fruit\nvehicles\n".utf8)),
        ]
    }

    @Test("of CIFAR-10 are the training and the test part, with the names of the classes")
    func cifar10() throws {
        try withFiles(ten) { folder in
            let splits = try DataSource.load(folder)
            #expect(splits.training.classNames == ["airplane", "automobile", "bird"])
            #expect(splits.training.knownLabels == [1, 0, 2] && splits.test?.knownLabels == [2])
            let image = try #require(splits.training.example(at: 2).image)
            #expect(image.channels == 3 && image.height == 32 && image.width == 32)
            #expect(image.pixels.prefix(6) == [7, 8, 9, 30, 31, 32], "red, green and blue beside each other")
            #expect(image.pixels.suffix(3) == [30, 31, 32])
        }
    }

    @Test("of CIFAR-100 have fine labels, and coarse ones for the library")
    func cifar100() throws {
        try withFiles(hundred) { folder in
            let fine = try DataSource.load(folder)
            #expect(fine.training.classNames == ["apple", "bear", "bus"] && fine.training.knownLabels == [2, 1])
            #expect(fine.test?.knownLabels == [0])
            let coarse = try CIFAR.load(folder, labels: .coarse)
            #expect(coarse.training.classNames == ["fruit", "vehicles"] && coarse.training.knownLabels == [1, 0])
            #expect(try coarse.training.example(at: 1).image?.pixels.prefix(4) == [7, 8, 9, 20])
        }
    }

    @Test("that are missing, truncated or mixed up are errors with the file and the byte")
    func wrong() throws {
        func error(_ files: [(path: String, bytes: [UInt8])]) throws -> FoveaError? {
            try withFiles(files) { folder in #expect(throws: FoveaError.self) { try DataSource.load(folder) } }
        }
        func replacing(_ name: String, _ bytes: [UInt8]) -> [(path: String, bytes: [UInt8])] {
            ten.filter { $0.path != name } + [(name, bytes)]
        }
        let short = try error(replacing("data_batch_2.bin", record([2], 30).dropLast(5)))
        #expect(short?.problem.contains("data_batch_2.bin`: byte 0: The file has 3068 bytes: 0 images of 3073") == true)
        let long = try error(replacing("test_batch.bin", record([2], 30) + [1, 2]))
        #expect(
            long?.problem.contains("test_batch.bin`: byte 3073: The file has 3075 bytes: 1 images of 3073 bytes and 2")
                == true)
        let label = try error(replacing("data_batch_1.bin", record([1], 30) + record([3], 30)))
        #expect(label?.code == .badData)
        #expect(
            label?.problem.contains("data_batch_1.bin`: byte 3073: The label of image 1 is 3; `batches.meta.txt`")
                == true, "\(String(describing: label))")
        let missing = try error(ten.filter { !["test_batch.bin", "batches.meta.txt"].contains($0.path) })
        #expect(missing?.code == .missingInput)
        #expect(missing?.problem.hasSuffix("photos` lacks `batches.meta.txt` and `test_batch.bin`.") == true)
        #expect(try error(replacing("data_batch_1.bin", []))?.problem.contains("0 bytes: 0 images") == true)
        let fine = try withFiles(hundred.dropLast()) { folder in
            #expect(throws: FoveaError.self) { try CIFAR.load(folder, labels: .coarse) }
        }
        #expect(fine?.problem.hasSuffix("lacks `coarse_label_names.txt`.") == true)
    }
}
