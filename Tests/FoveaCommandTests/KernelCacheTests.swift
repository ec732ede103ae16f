import FoveaTestSupport
import Foundation
import Testing

@Suite("Kernels that are remembered")
struct KernelCacheTests {
    /// Little work on two threads: on every processor one thread may be faster, and that is a choice.
    private static let line = "benchmark --model lenet5 --mode infer --batch-size 2 --steps 1 --warmup 0 --threads 2"

    private func run(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
    }

    @Test("are written to the cache once; a damaged cache is a notice, and is made anew")
    func cache() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/.cache/fovea/kernels.json"
            #expect(try run(Self.line, in: folder).status == 0)
            let first = try String(contentsOfFile: path, encoding: .utf8)
            #expect(first.contains("convolution") && first.contains(#""ms""#) && first.contains(#""spread""#))
            // As if the machine had been quiet: then nothing is timed again.
            let written = first.replacing(#""disturbed": true"#, with: #""disturbed": false"#)
            try Data(written.utf8).write(to: URL(filePath: path))
            #expect(try run(Self.line, in: folder).errors.isEmpty)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == written)

            try Data("{ half a fi".utf8).write(to: URL(filePath: path))
            let after = try run(Self.line, in: folder)
            #expect(after.status == 0 && after.errors.contains("damaged"))
            #expect(try String(contentsOfFile: path, encoding: .utf8).contains("convolution"))
        }
    }

    @Test("a cache that cannot be written is a notice")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            // A file where the folder should be.
            try Data().write(to: URL(filePath: "\(folder)/.cache"))
            let outcome = try run(Self.line, in: folder)
            #expect(outcome.status == 0 && outcome.errors.contains("not remembered"))
        }
    }

    @Test("fixed rules leave no cache")
    func fixed() throws {
        try withTemporaryFolder { folder in
            let outcome = try run("\(Self.line) --deterministic", in: folder)
            #expect(outcome.status == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/.cache"))
        }
    }

    @Test("of another machine are not used, and what is no such file is an error")
    func foreign() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/kernels.json"
            try Data(#"{"machines": {"an abacus, 2 hands": {"q": "k"}}}"#.utf8).write(to: URL(filePath: path))
            let outcome = try run("\(Self.line) --kernels \(path)", in: folder)
            #expect(outcome.status == 0 && outcome.errors.contains("another machine"))
            try Data("[]".utf8).write(to: URL(filePath: path))
            let other = try run("\(Self.line) --kernels \(path)", in: folder)
            #expect(other.status == 65 && other.errors.contains("does not hold choices of kernels"), "\(other.errors)")
            let missing = try run("\(Self.line) --kernels \(folder)/nothing", in: folder)
            #expect(missing.status == 66 && missing.errors.contains("There is no file `\(folder)/nothing`."))
        }
    }
}
