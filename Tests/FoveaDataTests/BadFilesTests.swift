import Foundation
import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Files that cannot be read")
struct BadFilesTests {
    private let page = Array("<html>".utf8)

    /// Two classes of 20 images, and bad files.
    private func files(bad: [String]) -> [(path: String, bytes: [UInt8])] {
        ["cats", "dogs"].flatMap { name in (10..<30).map { ("\(name)/\($0).png", greyPNG($0)) } }
            + bad.map { ($0, page) }
    }

    @Test("are an error before training that lists the first ten of them and counts all")
    func error() throws {
        let bad = (0..<12).map { "dogs/bad\($0 + 10).jpg" }
        try withFiles(files(bad: bad)) { folder in
            #expect(try DataSource.load(folder).training.count == 52, "nothing is opened where nobody asks")
            let error = #expect(throws: FoveaError.self) { try DataSource.load(folder, badFiles: .error) }
            #expect(error?.code == .badData)
            #expect(error?.problem.hasPrefix("12 of 52 image files cannot be read: `") == true)
            #expect(
                error?.problem.contains("dogs/bad10.jpg") == true && error?.problem.contains("dogs/bad19.jpg") == true)
            #expect(error?.problem.contains("dogs/bad20.jpg") == false)
            #expect(error?.problem.hasSuffix("And 2 more.") == true)
            #expect(error?.remedy.contains("--bad-files") == true)
            let skip = #expect(throws: FoveaError.self) { try DataSource.load(folder, badFiles: .skip) }
            #expect(skip?.remedy.contains("at most 10") == true, "\(String(describing: skip))")
            let splits = try DataSource.load(folder, badFiles: .quarantine)
            #expect(splits.training.count == 40 && splits.refusedFiles.count == 12)
        }
    }

    @Test("are left out and counted where that is asked for, and never waited for")
    func skip() throws {
        try withFiles(files(bad: ["cats/bad.png"]) + [("cats/empty.jpg", [])]) { folder in
            // Safe: the path is a C string for the length of the call.
            #expect(unsafe mkfifo("\(folder)/dogs/pipe.png", 0o600) == 0)
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/dogs/gone.png", withDestinationPath: "none")
            let splits = try DataSource.load(folder, badFiles: .skip)
            #expect(splits.training.count == 40)
            let census = try #require(splits.files)
            #expect(census.images == 40 && census.unreadable == 4 && census.skipped == 4 && census.found == 44)
            #expect(
                splits.refusedFiles.map { String($0.path.dropFirst(folder.count + 1)) } == [
                    "cats/bad.png", "cats/empty.jpg", "dogs/gone.png", "dogs/pipe.png",
                ])
            #expect(splits.refusedFiles.allSatisfy { $0.error.problem.contains($0.path) })
            let again = try DataSource.load(folder, badFiles: .skip)
            #expect(again.training.identity == splits.training.identity)
        }
    }

    @Test("of a class are an error when they are all it has")
    func wholeClass() throws {
        let files = [("cats/1.png", greyPNG(1)), ("dogs/1.png", greyPNG(2)), ("emus/1.png", page)]
        let error = try withFiles(files) { folder in
            #expect(throws: FoveaError.self) { try DataSource.load(folder, badFiles: .quarantine) }
        }
        #expect(error?.problem.hasPrefix("No image of the class `emus` of `photos` can be read: `") == true)
    }

    @Test("of a table are named with their line, also those that are missing")
    func table() throws {
        let text = "path,label\ncats/10.png,cat\ndogs/10.png,dog\ngone.png,dog\nbad.png,cat\n"
        try withFiles(files(bad: ["bad.png"]) + [("set.csv", Array(text.utf8))]) { folder in
            let splits = try DataSource.load("\(folder)/set.csv", badFiles: .skip)
            #expect(splits.training.count == 2 && splits.files?.unreadable == 2 && splits.files?.found == 4)
            #expect(splits.refusedFiles.map { $0.error.place.dropFirst().first } == [.line(4), .line(5)])
            let error = #expect(throws: FoveaError.self) { try DataSource.load("\(folder)/set.csv", badFiles: .error) }
            #expect(
                error?.problem.contains("set.csv`: line 4: There is no file") == true, "\(String(describing: error))")
        }
    }
}
