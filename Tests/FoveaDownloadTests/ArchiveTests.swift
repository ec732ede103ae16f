import FoveaData
import FoveaFoundation
import FoveaTestSupport
import Foundation
import Testing

@testable import FoveaDownload

@Suite("Archives of public sets")
struct ArchiveTests {
    /// Fetches a set of files that lie in `folder`/mirror to `folder`/set.
    private func fetch(_ names: [String], _ layout: PublicSet.Layout, in folder: String) throws {
        let files = try names.map { try published(try content("\(folder)/mirror/\($0)"), $0) }
        try Fetch(set(files, layout), from: .folder("\(folder)/mirror"), to: "\(folder)/set").run()
    }

    private func write(_ files: [String: String], in folder: String) throws {
        for (name, text) in files {
            _ = try createFolder(at: parentFolder(of: "\(folder)/\(name)"))
            try replaceFile(at: "\(folder)/\(name)", with: Array(text.utf8))
        }
    }

    @Test("tar's own archives are unpacked, with names of any length", arguments: ["gnu", "pax", "ustar"])
    func unpacked(format: String) throws {
        try withTemporaryFolder { folder in
            let long = (0..<(format == "ustar" ? 12 : 30)).map { "folder-\($0)" }.joined(separator: "/")
            try write(["mirror/top/a.txt": "one", "mirror/top/\(long)/b ü.txt": "two"], in: folder)
            try run("tar --format=\(format) -czf s.tgz top && rm -r top", in: "\(folder)/mirror")
            try fetch(["s.tgz"], .folder("top"), in: folder)
            #expect(try content("\(folder)/set/a.txt") == Array("one".utf8))
            #expect(try content("\(folder)/set/\(long)/b ü.txt") == Array("two".utf8))
            #expect(try namesInFolder(folder) == ["mirror", "set"])
            #expect(try namesInFolder("\(folder)/mirror") == ["s.tgz"])
            let again = try error { try fetch(["s.tgz"], .folder("top"), in: folder) }
            #expect(again.code == .cannotCreate && again.problem.contains("set` exists already"), "\(again)")
        }
    }

    @Test("A downloaded archive is removed once its set is there, and nothing else")
    func downloaded() throws {
        try withTemporaryFolder { folder in
            let archive = tar([("top/a", "0", Array("one".utf8))])
            let set = set([try published(archive, "s.tgz")], .folder("top"))
            try write(["set.download/mine": "mine"], in: folder)
            try withServer { _ in
                response(content: archive)
            } _: { server in
                try Fetch(set, from: .mirror(server.address), to: "\(folder)/set").run()
            }
            #expect(try content("\(folder)/set/a") == Array("one".utf8))
            #expect(try namesInFolder("\(folder)/set.download") == ["mine"])
        }
    }

    @Test("No file of an archive leaves the folder", arguments: ["../evil", "/evil", "top/../../evil", "..", "./"])
    func escaping(name: String) throws {
        try withTemporaryFolder { folder in
            #expect(try createFolder(at: "\(folder)/mirror"))
            try replaceFile(
                at: "\(folder)/mirror/s.tgz", with: tar([("top/a", "0", [1]), (name, "0", Array("evil".utf8))]))
            let error = try error { try fetch(["s.tgz"], .folder("top"), in: folder) }
            #expect(error.code == .badData && error.problem.contains("outside of the folder"), "\(error)")
            #expect(error.problem.contains("s.tgz"))
            #expect(FileKind(at: "\(folder)/set") == nil && FileKind(at: "\(folder)/evil") == nil)
            #expect(FileKind(at: "\(folder)/set.download/evil") == nil)
        }
    }

    @Test("Links are not made, so that no file is written through them")
    func links() throws {
        try withTemporaryFolder { folder in
            #expect(try createFolder(at: "\(folder)/mirror") && createFolder(at: "\(folder)/outside"))
            let archive = tar([
                ("top/link", "2", Array("\(folder)/outside".utf8)), ("top/link/file", "0", [1]),
                ("top/hard", "1", Array("/etc/passwd".utf8)),
            ])
            try replaceFile(at: "\(folder)/mirror/s.tgz", with: archive)
            try fetch(["s.tgz"], .folder("top"), in: folder)
            #expect(try namesInFolder("\(folder)/outside").isEmpty)
            #expect(FileKind(at: "\(folder)/set/link", followingLinks: false) == .folder)
            #expect(try namesInFolder("\(folder)/set") == ["link"])
        }
    }

    @Test("An archive that would fill the disk ends at its limit")
    func bomb() throws {
        try withTemporaryFolder { folder in
            #expect(try createFolder(at: "\(folder)/mirror"))
            try run("truncate -s 100M top && tar -czf s.tgz top && rm top", in: "\(folder)/mirror")
            let error = try error { try fetch(["s.tgz"], .folder("top"), in: folder) }
            #expect(error.code == .badData && error.problem.contains("larger than makes sense"), "\(error)")
            #expect(FileKind(at: "\(folder)/set.download/unpacked") == nil)
        }
    }

    @Test("A damaged archive is an error wherever the damage is")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let archive = tar([("top/a", "0", pattern(700)), ("top/b", "0", pattern(3))])
            let path = "\(folder)/s.tar"
            // Ends within a header or a file; at the end of a file it is whole.
            for count in [1, 511, 513, 1024, 1535, 1537, 2047, 2049, 2559] {
                try replaceFile(at: path, with: Array(archive[..<count]))
                let error = try error { try unpackArchive(at: path, into: folder, limit: 1 << 20) { _ in } }
                #expect(error.code == .badData, "\(count): \(error)")
            }
            for byte in [0, 124, 130, 156] {
                var changed = archive
                changed[byte] ^= 1
                try replaceFile(at: path, with: changed)
                let error = try error { try unpackArchive(at: path, into: folder, limit: 1 << 20) { _ in } }
                #expect(error.problem.contains("a header's sum is wrong"), "\(byte): \(error)")
            }
        }
    }

    @Test("Lists of pictures become folders of parts and classes, which --data takes")
    func texts() throws {
        try withTemporaryFolder { folder in
            try write(
                [
                    "mirror/images/Big_Cat_1.jpg": "1", "mirror/images/Big_Cat_12.jpg": "2",
                    "mirror/images/pug_3.jpg": "3",
                    "mirror/lists/train.txt": "#Image CLASS-ID\nBig_Cat_1 1 1 1\r\npug_3 2 2 1\n",
                    "mirror/lists/test.txt": "Big_Cat_12 1 1 1\n",
                ], in: folder)
            try run("tar -czf i.tar.gz images && tar -czf l.tar.gz lists && rm -r images lists", in: "\(folder)/mirror")
            let layout = PublicSet.Layout.pictures(
                .texts(training: "lists/train.txt", test: "lists/test.txt", pictures: "images"))
            try fetch(["i.tar.gz", "l.tar.gz"], layout, in: folder)
            #expect(try content("\(folder)/set/train/Big_Cat/Big_Cat_1.jpg") == Array("1".utf8))
            #expect(try content("\(folder)/set/train/pug/pug_3.jpg") == Array("3".utf8))
            #expect(try content("\(folder)/set/test/Big_Cat/Big_Cat_12.jpg") == Array("2".utf8))
            let splits = try DataSource.load("\(folder)/set")
            #expect(splits.training.classNames == ["Big_Cat", "pug"] && splits.training.count == 2)
            #expect(splits.test?.count == 1 && splits.validation == nil)
        }
    }

    @Test(
        "A list that names a missing picture or leaves the folder is an error",
        arguments: [
            ("pug_4", "lacks the picture"), ("../pug_3", "names no picture"), ("pug", "names no picture"),
            ("a/b/c", "names no picture"),
        ])
    func wrongLists(line: String, text: String) throws {
        try withTemporaryFolder { folder in
            try write(
                ["mirror/i/pug_3.jpg": "3", "mirror/i/train.txt": "pug_3\n\(line)\n", "mirror/i/test.txt": ""],
                in: folder)
            try run("tar -czf i.tgz i && rm -r i", in: "\(folder)/mirror")
            let lists = PictureLists.texts(training: "i/train.txt", test: "i/test.txt", pictures: "i")
            let error = try error { try fetch(["i.tgz"], .pictures(lists), in: folder) }
            #expect(error.code == .badData && error.problem.contains(text), "\(error)")
            #expect(FileKind(at: "\(folder)/set") == nil)
        }
    }

    @Test("MATLAB's lists, as SciPy writes them, give parts and classes")
    func matrices() throws {
        try withTemporaryFolder { folder in
            try write(
                [
                    "mirror/jpg/image_00001.jpg": "1", "mirror/jpg/image_00002.jpg": "2",
                    "mirror/jpg/image_00003.jpg": "3", "mirror/jpg/image_00004.jpg": "4",
                ], in: folder)
            try run("tar -cf f.tgz jpg && rm -r jpg", in: "\(folder)/mirror")
            try replaceFile(at: "\(folder)/mirror/l.mat", with: try matlab(labels))
            try replaceFile(at: "\(folder)/mirror/p.mat", with: try matlab(parts))
            let lists = PictureLists.matrices(
                labels: "l.mat", parts: "p.mat", pictures: "jpg", classes: ["rose", "iris"])
            try fetch(["f.tgz", "l.mat", "p.mat"], .pictures(lists), in: folder)
            // labels 2, 1, 2, 1; trnid 1, valid 2, tstid 4 and 3
            #expect(try content("\(folder)/set/train/002 iris/image_00001.jpg") == Array("1".utf8))
            #expect(try content("\(folder)/set/val/001 rose/image_00002.jpg") == Array("2".utf8))
            #expect(try content("\(folder)/set/test/002 iris/image_00003.jpg") == Array("3".utf8))
            #expect(try content("\(folder)/set/test/001 rose/image_00004.jpg") == Array("4".utf8))
        }
    }

    @Test("MATLAB files hold numbers of several types, and damage is an error")
    func matlabFiles() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.mat"
            try replaceFile(at: path, with: try matlab(numbers))
            #expect(
                try MATFile(path: path).arrays == ["short": [-3, 5], "bytes": [-1, 2, -3, 4, 5], "x": [70_000, -7]])
            #expect(throws: FoveaError.self) { try MATFile(path: path).array("none") }
            let whole = try matlab(parts)
            var soundCounts: [Int] = []
            for count in 0..<whole.count {
                try replaceFile(at: path, with: Array(whole[..<count]))
                do {
                    _ = try MATFile(path: path)
                    soundCounts.append(count)
                } catch let error as FoveaError {
                    #expect(error.code == .badData, "\(count): \(error)")
                }
            }
            // Between two of the three arrays, what is there is whole.
            #expect(soundCounts.count == 3 && soundCounts.first == 128)
        }
    }
}

/// A MATLAB file with what SciPy's `savemat` writes after the header.
private func matlab(_ base64: String) throws -> [UInt8] {
    let header = [UInt8](repeating: 32, count: 124) + [0, 1] + Array("IM".utf8)
    return header + (try #require(Data(base64Encoded: base64)))
}

/// `labels`: 2, 1, 2, 1 as UInt8; compressed.
private let labels = """
    DwAAAC8AAAB4nONjYGCwAGI2IOYAYk4GCGCF8hmBmAVKg9TkJCal5hQzMDABRZkYmRgBOa0C9g==
    """

/// `trnid`: 1 and `valid`: 2 as UInt16, `tstid`: 4, 3 as Double; compressed.
private let parts = """
    DwAAACkAAAB4nONjYGCwAGI2IOYAYm4GCGCF8hmRMEispCgvMwVIszAwgcUANqcCnQ8AAAArAAAAeJzjY2BgsABiNiDmAGJuBghg\
    hfIZkTBIrCwxJzMFSLMwMAEhAwMANbACjQ8AAAAxAAAAeJzjY2Bg8ABiNiDmgNIgwArlMwIxE5QGiZUUl2SmAGlOIBZggAEBBwjN\
    4QAAaZ4DWg==
    """

/// `short` as Int16, `bytes` as Int8, `x` as Int32; not compressed.
private let numbers = """
    DgAAADgAAAAGAAAACAAAAAoAAAAAAAAABQAAAAgAAAABAAAAAgAAAAEAAAAFAAAAc2hvcnQAAAADAAQA/f8FAA4AAABAAAAABgAA\
    AAgAAAAIAAAAAAAAAAUAAAAIAAAAAQAAAAUAAAABAAAABQAAAGJ5dGVzAAAAAQAAAAUAAAD/Av0EBQAAAA4AAAA4AAAABgAAAAgA\
    AAAMAAAAAAAAAAUAAAAIAAAAAQAAAAIAAAABAAEAeAAAAAUAAAAIAAAAcBEBAPn///8=
    """
