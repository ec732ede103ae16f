import Foundation
import FoveaTestSupport
import Testing

@testable import FoveaFoundation

@Suite("Files are read with care and written whole or not at all")
struct FilesTests {
    private func contents(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// What is wrong, where the error has this code.
    private func problem(_ code: FoveaError.Code, _ body: () throws -> Void) -> String? {
        let error = #expect(throws: FoveaError.self, performing: body)
        #expect(error?.code == code, "\(error?.problem ?? "")")
        return error?.problem
    }

    @Test("A file that is replaced has the new bytes, and nothing else is left in its folder")
    func replaces() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.txt"
            for text in ["first, and longer", "second", ""] {
                try replaceFile(at: path, with: Array(text.utf8))
                #expect(try readFile(at: path, limit: 100) == Array(text.utf8))
            }
            #expect(try contents(folder) == ["a.txt"])
        }
    }

    @Test("A failure in the middle leaves the old file as it was, and no temporary file")
    func failsWhole() throws {
        struct Interruption: Error {}
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.txt"
            try replaceFile(at: path, with: [1, 2, 3])
            for target in [path, "\(folder)/new.txt"] {
                #expect(throws: Interruption.self) {
                    try replaceFile(at: target) { file in
                        try file.write([9])
                        throw Interruption()
                    }
                }
            }
            #expect(try contents(folder) == ["a.txt"])
            #expect(try readFile(at: path, limit: 100) == [1, 2, 3])
        }
    }

    @Test("The permissions of a file that is replaced stay")
    func keepsPermissions() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/secret"
            try replaceFile(at: path, with: [1])
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try replaceFile(at: path, with: [2])
            let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(permissions == 0o600)
        }
    }

    @Test("A link stays a link: the file it leads to is replaced")
    func followsLinks() throws {
        try withTemporaryFolder { folder in
            let (file, link) = ("\(folder)/file", "\(folder)/link")
            try replaceFile(at: file, with: [1])
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
            try replaceFile(at: link, with: [2])
            #expect(try readFile(at: file, limit: 10) == [2])
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
        }
    }

    @Test("Where no file can be written, the error names the path and the reason")
    func refusesToReplace() throws {
        try withTemporaryFolder { folder in
            try replaceFile(at: "\(folder)/file", with: [1])
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/loop", withDestinationPath: "loop")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/dangling", withDestinationPath: "nowhere")
            let unwritable = [
                folder, "\(folder)/missing/a", "\(folder)/file/a", "\(folder)/\(String(repeating: "n", count: 300))",
                "\(folder)/loop", "\(folder)/dangling", "/dev/null", "", "\(folder)/a\0b",
            ]
            for path in unwritable {
                let error = #expect(throws: FoveaError.self) { try replaceFile(at: path, with: [1]) }
                #expect(error?.code == .cannotCreate)
                #expect(error?.problem.contains(quoted(path)) == true, "\(String(describing: error))")
            }
            #expect(try contents(folder) == ["dangling", "file", "loop"])
        }
    }

    @Test("A full disk is an error that says so", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDisk() throws {
        let file = try File("/dev/full", flags: O_WRONLY) { creationFailure("/dev/full", $0) }
        let error = #expect(throws: FoveaError.self) { try file.write([1, 2, 3]) }
        #expect(error?.code == .inputOutput)
        #expect(error?.problem == "Cannot write `/dev/full`: No space left on device.")
    }

    @Test("Only regular files up to the limit are read; pipes, devices, folders and link loops are refused at once")
    func refusesToRead() throws {
        try withTemporaryFolder { folder in
            let pipe = "\(folder)/pipe"
            #expect(unsafe mkfifo(pipe, 0o600) == 0)  // Safe: the path is a zero-terminated string.
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/loop", withDestinationPath: "loop")
            try replaceFile(at: "\(folder)/file", with: [1, 2, 3])
            func missing(_ path: String) -> String? {
                problem(.missingInput) { _ = try readFile(at: path, limit: 10) }
            }
            for path in [pipe, "/dev/zero"] {
                #expect(missing(path) == "\(quoted(path)) is a pipe, socket or device, not a regular file.")
            }
            #expect(missing(folder) == "\(quoted(folder)) is a folder, not a regular file.")
            for path in ["\(folder)/none", "\(folder)/file/x"] {
                #expect(missing(path) == "There is no file \(quoted(path)).")
            }
            for path in ["\(folder)/loop", "\(folder)/file\0", ""] {
                #expect(missing(path)?.hasPrefix("Cannot open \(quoted(path)): ") == true)
            }
            let large = problem(.badData) { _ = try readFile(at: "\(folder)/file", limit: 2) }
            #expect(large == "`\(folder)/file` has 3 bytes; at most 2 make sense here.")
            #expect(problem(.cannotCreate) { try appendLine("x", to: pipe) }?.contains(quoted(pipe)) == true)
        }
    }

    @Test("Lines are added at the end, each on its own")
    func appends() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/log"
            for line in ["a", "b", ""] { try appendLine(line, to: path) }
            #expect(try readFile(at: path, limit: 100) == Array("a\nb\n\n".utf8))
            let nowhere = problem(.cannotCreate) { try appendLine("x", to: "\(folder)/none/log") }
            #expect(nowhere?.hasPrefix("Cannot create `\(folder)/none/log`: ") == true)
            #expect(
                problem(.missingInput) { try appendLine("x", to: "/dev/null") }
                    == "`/dev/null` is a pipe, socket or device, not a regular file.")
        }
    }

    @Test("Folders are created with those above them, and a name that is taken is told apart from a failure")
    func createsFolders() throws {
        try withTemporaryFolder { folder in
            #expect(try createFolder(at: "\(folder)/a/b//c/"))
            #expect(try !createFolder(at: "\(folder)/a/b/c"))
            try replaceFile(at: "\(folder)/file", with: [])
            #expect(try !createFolder(at: "\(folder)/file"))
            for path in ["\(folder)/file/x", "", String(repeating: "x/", count: 100_000)] {
                let problem = problem(.cannotCreate) { _ = try createFolder(at: path) }
                #expect(problem?.hasPrefix("Cannot create \(quoted(path.withoutTrailingSlashes)): ") == true)
            }
        }
    }

    @Test("Names that are not UTF-8 are opened, replaced, listed, linked and removed under their very bytes")
    func namesAreBytes() throws {
        try withTemporaryFolder { folder in
            let names = [[0x72, 0xE9, 0x6E], [0xEE, 0xBE, 0x80], [0xFF], Array("ré".utf8), Array("re\u{301}".utf8)]
                .map { String(systemBytes: $0 as [UInt8]) }
            for (number, name) in names.enumerated() {
                let inner = "\(folder)/\(name)/\(name)"
                #expect(try createFolder(at: inner))
                try replaceFile(at: "\(inner)/\(name)", with: [UInt8(number)])
                try appendLine("x", to: "\(inner)/\(name)")
                #expect(FileKind(at: "\(inner)/\(name)") == .regularFile)
                #expect(
                    unsafe symlink(try #require("\(inner)/\(name)".systemName), try #require("\(inner)/l".systemName))
                        == 0)
                try replaceFile(at: "\(inner)/l", with: [UInt8(number), 7])
            }
            let found = try namesInFolder(folder)
            #expect(Set(found.map(\.systemBytes)) == Set(names.map(\.systemBytes)) && found.count == names.count)
            for (number, name) in names.enumerated() {
                #expect(try readFile(at: "\(folder)/\(name)/\(name)/\(name)", limit: 9) == [UInt8(number), 7])
                removeFolder("\(folder)/\(name)")
            }
            #expect(try namesInFolder(folder).isEmpty)
            let error = #expect(throws: FoveaError.self) { try readFile(at: "\(folder)/\(names[0])", limit: 9) }
            #expect(error?.problem.contains("r\\xE9n`") == true && error?.problem.contains("no file") == true)
        }
    }

    @Test("A folder's names are those of its bytes, in their order; what is no folder is an error")
    func lists() throws {
        try withTemporaryFolder { folder in
            for name in ["b", ".a", "ä", "B"] { try replaceFile(at: "\(folder)/\(name)", with: []) }
            #expect(try namesInFolder(folder) == [".a", "B", "b", "ä"])
            for path in ["\(folder)/none", "\(folder)/b", "", "\(folder)\0"] {
                let problem = problem(.missingInput) { _ = try namesInFolder(path) }
                #expect(problem?.hasPrefix("Cannot read the folder \(quoted(path)): ") == true)
            }
        }
    }

    @Test("Removing a folder leaves what links in it lead to")
    func removes() throws {
        try withTemporaryFolder { folder in
            #expect(try createFolder(at: "\(folder)/kept") && createFolder(at: "\(folder)/gone/deep"))
            try replaceFile(at: "\(folder)/kept/file", with: [1])
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/gone/deep/link", withDestinationPath: "../../kept")
            removeFolder("\(folder)/gone")
            #expect(try contents(folder) == ["kept"] && contents("\(folder)/kept") == ["file"])
        }
    }

    @Test("A file that shrinks while it is read is an error that names it")
    func shrinks() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try replaceFile(at: path, with: [1, 2, 3])
            let file = try File(reading: path)
            try Data([1]).write(to: URL(filePath: path))
            #expect(try file.read(upTo: 3, at: 0) == [1])
            var buffer = [UInt8](repeating: 0, count: 3)
            let error = #expect(throws: FoveaError.self) {
                // Safe: the pointer lives as long as the array it is borrowed from.
                try unsafe buffer.withUnsafeMutableBytes { unsafe try file.read(into: $0, at: 0) }
            }
            #expect(error?.code == .inputOutput && error?.problem.contains("ended at byte 1") == true)
        }
    }

    @Test("A message shows any name on one line, shortened, and bytes that are not UTF-8 as numbers")
    func quotes() {
        #expect(quoted(String(systemBytes: [0x61, 0xE9, 0x0A])) == #"`a\xE9\n`"#)
        #expect(FoveaError(.usage, "a\nb", remedy: String(systemBytes: [0xFF])).description == #"a\nb \xFF"#)
        #expect(quoted("a\nb\u{1b}c") == "`a\\nb\\u{1B}c`" || quoted("a\nb\u{1b}c") == "`a\\nb\\u{001B}c`")
        #expect(quoted(String(repeating: "é", count: 1000)).count == 203)
    }
}
