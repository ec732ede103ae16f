import Foundation
import FoveaGraph
import Testing

@testable import FoveaData

@Suite("A split as a table")
struct SplitTableTests {
    private let files: [(path: String, bytes: [UInt8])] =
        ["a, b", "c"].flatMap { name in (10..<30).map { ("\(name)/\($0).png", greyPNG($0)) } }

    private func pixels(_ source: (any ExampleSource)?) throws -> [UInt8] {
        guard let source else { return [] }
        return try (0..<source.count).map { try source.example(at: $0).image?.pixels[0] ?? 0 }
    }

    @Test("has the same validation part as a training, and is read back as it was written")
    func roundTrip() throws {
        try withFiles(files) { folder in
            let splits = try DataSource.load(folder)
            let table = try SplitTable(of: splits, validation: 0.2, test: 0.1, seed: 7, folder: folder)
            #expect(table.counts == [.training: 28, .validation: 8, .test: 4])
            try Data(table.text.utf8).write(to: URL(filePath: "\(folder)/split.csv"))
            let read = try DataSource.load("\(folder)/split.csv", badFiles: .error)
            #expect(read.training.classNames == ["a, b", "c"])
            let expected = try splits.training.split(validationFraction: 0.2, seed: 7)
            #expect(try pixels(read.validation) == pixels(expected.validation))
            #expect(try read.validation?.labels() == expected.validation.labels())
            #expect(try read.test?.labels() == [0, 0, 1, 1])
            let all = try pixels(read.training) + pixels(read.validation) + pixels(read.test)
            #expect(all.sorted() == (10..<30).flatMap { [$0, $0] })
            let again = try SplitTable(of: splits, validation: 0.2, test: 0.1, seed: 7, folder: folder)
            #expect(again.text == table.text)
            #expect(try SplitTable(of: splits, validation: 0.2, test: nil, seed: 8, folder: folder).text != table.text)
            let above = try SplitTable(
                of: splits, validation: 0.5, test: nil, seed: 7,
                folder: URL(filePath: folder).deletingLastPathComponent().path)
            #expect(above.text.split(separator: "\n")[1].hasPrefix("\"photos/a, b/10.png\",\"a, b\","))
        }
    }

    @Test("is refused where it makes no sense")
    func wrong() throws {
        try withFiles(files) { folder in
            let splits = try DataSource.load(folder)
            for (validation, test, place, problem) in [
                (0.6, 0.5, folder, "Fractions of 0.6 and 0.5 leave nothing to train on."),
                (0.01, 0.1, folder, "The 40 examples of `photos` leave the part `val` empty."),
                (0.2, 0.1, "\(folder)/c", "a, b/10.png` does not lie below the folder of the table"),
            ] {
                let error = #expect(throws: FoveaError.self) {
                    _ = try SplitTable(of: splits, validation: validation, test: test, seed: 1, folder: place)
                }
                #expect(
                    error?.code == .usage && error?.problem.contains(problem) == true, "\(String(describing: error))")
            }
            let divided = DataSplits(training: splits.training, validation: splits.training)
            let twice = #expect(throws: FoveaError.self) {
                _ = try SplitTable(of: divided, validation: 0.2, test: nil, seed: 1, folder: folder)
            }
            #expect(twice?.problem == "`photos` has a validation part already.")
            let held = #expect(throws: FoveaError.self) {
                _ = try SplitTable(
                    of: Glyphs(seed: 1, trainingCount: 20, testCount: 10).splits(), validation: 0.2, test: nil, seed: 1,
                    folder: folder)
            }
            #expect(held?.problem == "`glyphs` is not made of files, which a table could name.")
        }
    }
}
