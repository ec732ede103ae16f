import Foundation
import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("Data source")
struct DataSourceTests {
    /// Loads a folder with four sound IDX files: three training and two test images of 1×2, but for what is replaced.
    private func load(
        name: String = "digits", packed: Bool = false, replacing replaced: [String: [UInt8]?] = [:]
    ) throws -> DataSplits {
        var files: [String: [UInt8]?] = [
            "train-images-idx3-ubyte": images(count: 3), "train-labels-idx1-ubyte": labels([2, 0, 1]),
            "t10k-images-idx3-ubyte": images(count: 2), "t10k-labels-idx1-ubyte": labels([1, 2]),
        ]
        files.merge(replaced) { $1 }
        return try withTemporaryFolder { parent in
            let folder = URL(filePath: parent).appending(path: name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            for case (let file, let bytes?) in files {
                try Data(packed ? gzip(bytes) : bytes).write(to: folder.appending(path: file + (packed ? ".gz" : "")))
            }
            return try DataSource.load(folder.path)
        }
    }

    private func images(count: UInt8, width: UInt8 = 2) -> [UInt8] {
        [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, width] + (0..<count * width).map { $0 }
    }

    private func labels(_ labels: [UInt8]) -> [UInt8] { [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels }

    @Test("a folder with the four files of MNIST, plain or packed, gives a training and a test part")
    func fourFiles() throws {
        for packed in [false, true] {
            let splits = try load(packed: packed)
            #expect(splits.training.knownLabels == [2, 0, 1])
            #expect(splits.training.classNames == ["0", "1", "2"])
            #expect(try splits.training.example(at: 2).image?.pixels == [4, 5])
            #expect(splits.training.name == "digits")
            #expect(splits.test?.knownLabels == [1, 2])
            #expect(splits.validation == nil)
        }
    }

    @Test("a folder called Fashion with ten classes gets the garments' names, others get digits")
    func classNames() throws {
        let ten = labels([9, 0, 1])
        let fashion = try load(name: "My-Fashion", replacing: ["train-labels-idx1-ubyte": ten])
        #expect(fashion.training.classNames[9] == "Ankle boot")
        let digits = try load(replacing: ["train-labels-idx1-ubyte": ten])
        #expect(digits.training.classNames == (0..<10).map(String.init))
        #expect(try load(name: "fashion").training.classNames == ["0", "1", "2"])
    }

    @Test("all the files that are missing are named at once")
    func missingFiles() throws {
        let error = #expect(throws: FoveaError.self) {
            try load(replacing: ["train-labels-idx1-ubyte": nil, "t10k-images-idx3-ubyte": nil])
        }
        #expect(error?.code == .missingInput)
        #expect(error?.problem.contains("train-labels-idx1-ubyte, t10k-images-idx3-ubyte") == true)
    }

    /// Loads a folder with these files, and with folders of these names.
    private func load(files: [String: [UInt8]], folders: [String] = []) throws -> DataSplits {
        try withTemporaryFolder { folder in
            for name in folders { #expect(try createFolder(at: "\(folder)/\(name)")) }
            for (name, bytes) in files { try replaceFile(at: "\(folder)/\(name)", with: bytes) }
            return try DataSource.load(folder)
        }
    }

    /// A set with the given prefixes: three training images, two for testing, all in one class but the first.
    private func set(_ training: String, _ test: String, label: UInt8 = 1, idx: String = "-idx") -> [String: [UInt8]] {
        [
            "\(training)-images\(idx)3-ubyte": images(count: 3),
            "\(training)-labels\(idx)1-ubyte": labels([label, 2, label]),
            "\(test)-images\(idx)3-ubyte": images(count: 2), "\(test)-labels\(idx)1-ubyte": labels([label, label]),
        ]
    }

    @Test("a folder that bears a file's name hides no file that is spelled another way")
    func foldersBesideFiles() throws {
        let plain = set("train", "t10k")
        let packed = Dictionary(uniqueKeysWithValues: plain.map { ("\($0.key).gz", gzip($0.value)) })
        let dotted = set("train", "t10k", idx: ".idx")
        for files in [packed, dotted] {
            #expect(try load(files: files, folders: Array(plain.keys)).training.knownLabels == [1, 2, 1])
        }
        #expect(try load(files: plain, folders: Array(packed.keys)).training.knownLabels == [1, 2, 1])
        var some = packed
        some["train-images-idx3-ubyte.gz"] = nil
        let error = #expect(throws: FoveaError.self) { try load(files: some, folders: ["train-images-idx3-ubyte"]) }
        #expect(error?.code == .missingInput)
        #expect(error?.problem.contains("lacks train-images-idx3-ubyte; train-images-idx3-ubyte is there, but") == true)
        let folders = #expect(throws: FoveaError.self) { try load(files: [:], folders: Array(plain.keys)) }
        #expect(folders?.code == .badData)
        #expect(
            folders?.problem.hasSuffix("t10k-images-idx3-ubyte` has no images.") == true,
            "folders alone are taken for classes: \(String(describing: folders))")
    }

    @Test(
        "EMNIST's six sets have their names and classes, plain or packed",
        arguments: [
            ("balanced", 47, "t"), ("byclass", 62, "z"), ("bymerge", 47, "t"), ("digits", 10, "9"),
            ("letters", 26, "z"),
            ("mnist", 10, "9"),
        ])
    func emnist(name: String, count: Int, last: String) throws {
        let files = set("emnist-\(name)-train", "emnist-\(name)-test", label: 1)
        for files in [files, Dictionary(uniqueKeysWithValues: files.map { ("\($0.key).gz", gzip($0.value)) })] {
            let splits = try load(files: files)
            #expect(splits.training.name == "emnist-\(name)")
            #expect(splits.training.classNames.count == count && splits.training.classNames.last == last)
            // The labels of `letters` begin at 1: 1 stands for a.
            #expect(splits.training.knownLabels == (name == "letters" ? [0, 1, 0] : [1, 2, 1]))
            #expect(try splits.test?.classNames[Int(splits.test?.labels()[0] ?? 0)] == (name == "letters" ? "a" : "1"))
            #expect(try splits.training.example(at: 2).image?.pixels == [4, 5], "as they are stored")
        }
    }

    @Test("labels that an EMNIST set does not have are an error with the set's range")
    func emnistLabels() throws {
        for (name, label, range) in [("letters", 0, "1 to 26"), ("letters", 27, "1 to 26"), ("digits", 10, "0 to 9")] {
            let error = #expect(throws: FoveaError.self) {
                try load(files: set("emnist-\(name)-train", "emnist-\(name)-test", label: UInt8(label)))
            }
            #expect(error?.problem.contains("is \(label), emnist-\(name) has the labels \(range)") == true)
        }
    }

    @Test("several sets in one folder are an error that lists them")
    func severalSets() throws {
        let files = set("emnist-letters-train", "emnist-letters-test").merging(set("train", "t10k")) { first, _ in first
        }
        .merging(["emnist-digits-train-labels-idx1-ubyte.gz": []]) { first, _ in first }
        let error = #expect(throws: FoveaError.self) { try load(files: files) }
        #expect(error?.code == .badData)
        #expect(error?.problem.contains("`train-images-idx3-ubyte`, `emnist-digits`, `emnist-letters`") == true)
        #expect(error?.remedy == "Give each set a folder of its own.")
    }

    @Test("files that do not fit each other are errors that name both numbers")
    func mismatches() throws {
        func problem(_ replaced: [String: [UInt8]?]) throws -> String {
            let error = #expect(throws: FoveaError.self) { try load(replacing: replaced) }
            #expect(error?.code == .badData)
            return error?.problem ?? ""
        }
        let counts = try problem(["train-labels-idx1-ubyte": labels([0, 1])])
        #expect(counts.contains("3 images") && counts.contains("2 labels"))
        let range = try problem(["t10k-labels-idx1-ubyte": labels([1, 3])])
        #expect(range.contains("label at byte 9 is 3") && range.contains("0 to 2"))
        let sizes = try problem(["t10k-images-idx3-ubyte": images(count: 2, width: 3)])
        #expect(sizes.contains("1×2") && sizes.contains("1×3"))
        #expect(try problem(["train-images-idx3-ubyte": labels([0, 1, 2])]).contains("train-images-idx3-ubyte"))
    }

    @Test("what is not there, or of no known kind, is an error that says which kinds there are")
    func unknownKinds() throws {
        try withTemporaryFolder { folder in
            let table = "\(folder)/table.bin"
            try Data("path,label".utf8).write(to: URL(filePath: table))
            for (source, code) in [
                ("\(folder)/none", FoveaError.Code.missingInput), ("", .missingInput), (folder, .badData),
                (table, .badData),
            ] {
                let error = #expect(throws: FoveaError.self) { try DataSource.load(source) }
                #expect(error?.code == code)
                #expect(error?.remedy.contains("glyphs") == true)
                #expect(error?.remedy.contains("IDX") == true)
            }
        }
    }

    @Test(
        "MNIST has 60,000 and 10,000 digits with the mean 0.1307 and the deviation 0.3081",
        .enabled(if: SharedData.url("mnist") != nil))
    func mnist() throws {
        let splits = try DataSource.load(try #require(SharedData.url("mnist")).path)
        #expect(splits.training.count == 60_000)
        #expect(try splits.training.labels().prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect(try splits.test?.labels().prefix(5) == [7, 2, 1, 0, 4])
        let statistics = try SourceSummary(of: splits.training)
        #expect(abs(statistics.mean[0] - 0.1307) < 5e-5)
        #expect(abs(statistics.standardDeviation[0] - 0.3081) < 5e-5)
        #expect(splits.test?.count == 10_000)
    }

    @Test(
        "Fashion-MNIST has 60,000 and 10,000 garments, the first an ankle boot",
        .enabled(if: SharedData.url("fashion-mnist") != nil))
    func fashionMNIST() throws {
        let splits = try DataSource.load(try #require(SharedData.url("fashion-mnist")).path)
        #expect(splits.training.count == 60_000)
        #expect(splits.test?.count == 10_000)
        #expect(try splits.training.classNames[Int(splits.training.labels()[0])] == "Ankle boot")
        let statistics = try SourceSummary(of: splits.training)
        #expect(abs(statistics.mean[0] - 0.2860) < 5e-5)
        #expect(abs(statistics.standardDeviation[0] - 0.3530) < 5e-5)
    }
}
