import FoveaFoundation
import FoveaTestSupport
import Testing

@testable import FoveaDownload

@Suite("Downloads")
struct DownloadTests {
    let file = pattern(100_000)

    /// Fetches a set of the one file from the server to `folder`/set.
    private func fetch(from server: LocalServer, to folder: String, patience: Int = 60, path: String = "a.bin") throws {
        let set = set([try published(file, path)])
        try Fetch(set, from: .mirror(server.address), to: "\(folder)/set", patience: patience).run()
    }

    /// What a server with ranges answers; cut after `limit` bytes of the content.
    private static func ranged(
        _ request: LocalServer.Request, _ file: [UInt8], etag: String = "\"1\"", limit: Int? = nil
    ) -> [UInt8] {
        let range = request.headers["range"]?.wholeMatch(of: /bytes=(\d+)-/).flatMap { Int($0.1) }
        guard let range, request.headers["if-range"].map({ $0 == etag }) ?? true else {
            return response("200 OK", ["ETag: \(etag)"], content: file, sending: limit)
        }
        return response(
            "206 Partial Content", ["ETag: \(etag)", "Content-Range: bytes \(range)-\(file.count - 1)/\(file.count)"],
            content: Array(file[range...]))
    }

    @Test(
        "Sums are SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func sums(_ text: String, _ expected: String) throws {
        #expect(try sum(of: Array(text.utf8)) == expected)
    }

    @Test("A file is received whole, and kept when the command runs again")
    func whole() throws {
        try withTemporaryFolder { folder in
            let file = file
            try withServer {
                Self.ranged($0, file)
            } _: { server in
                try fetch(from: server, to: folder)
                #expect(try content("\(folder)/set/a.bin") == file)
                #expect(try namesInFolder("\(folder)/set") == ["a.bin"])
                try fetch(from: server, to: folder)
                #expect(server.requests.map(\.path) == ["/a.bin"])
            }
        }
    }

    @Test("A cut download goes on where it ended, if the server's file is the same")
    func resumed() throws {
        try withTemporaryFolder { folder in
            let file = file
            try withServer {
                Self.ranged($0, file, limit: 40_000)
            } _: { server in
                let error = try error { try fetch(from: server, to: folder) }
                #expect(error.code == .inputOutput)
                #expect(error.description.contains("40.0 kB of 100.0 kB are in"), "\(error)")
                #expect(error.description.contains("run the command again"))
                #expect(FileKind(at: "\(folder)/set/a.bin") == nil)
                try fetch(from: server, to: folder)
                #expect(server.requests.last?.headers["range"] == "bytes=40000-")
                #expect(server.requests.last?.headers["if-range"] == "\"1\"")
                #expect(try content("\(folder)/set/a.bin") == file)
                #expect(try namesInFolder("\(folder)/set") == ["a.bin"])
            }
        }
    }

    @Test("What is there of an older file is not mixed with the newer one")
    func changed() throws {
        try withTemporaryFolder { folder in
            let file = file
            try withServer {
                $0.headers["range"] == nil
                    ? response("200 OK", ["ETag: \"old\""], content: file.reversed(), sending: 40_000)
                    : Self.ranged($0, file, etag: "\"new\"")
            } _: { server in
                _ = try error { try fetch(from: server, to: folder) }
                try fetch(from: server, to: folder)
                #expect(server.requests.last?.headers["if-range"] == "\"old\"")
                #expect(try content("\(folder)/set/a.bin") == file)
            }
        }
    }

    @Test("Where the server has no ranges or no tags, the result is right all the same", arguments: [true, false])
    func withoutTags(knowsRanges: Bool) throws {
        try withTemporaryFolder { folder in
            let file = file
            // The bytes that are there belong to another file.
            #expect(try createFolder(at: "\(folder)/set"))
            try replaceFile(at: "\(folder)/set/a.bin.part", with: [UInt8](repeating: 7, count: 1000))
            try withServer {
                knowsRanges ? Self.ranged($0, file) : response(content: file)
            } _: { server in
                try fetch(from: server, to: folder)
                #expect(server.requests.first?.headers["range"] == "bytes=1000-")
                #expect(server.requests.count == (knowsRanges ? 2 : 1))
                #expect(try content("\(folder)/set/a.bin") == file)
            }
        }
    }

    @Test("A server that cannot go on from there is asked for the whole")
    func unsatisfiable() throws {
        try withTemporaryFolder { folder in
            let file = file
            #expect(try createFolder(at: "\(folder)/set"))
            try replaceFile(at: "\(folder)/set/a.bin.part", with: [UInt8](repeating: 7, count: 1000))
            try withServer {
                $0.headers["range"] == nil ? response(content: file) : response("416 Range Not Satisfiable")
            } _: { server in
                try fetch(from: server, to: folder)
                #expect(try content("\(folder)/set/a.bin") == file)
            }
        }
    }

    @Test("Another range than that asked for is an error")
    func otherRange() throws {
        try withTemporaryFolder { folder in
            let file = file
            #expect(try createFolder(at: "\(folder)/set"))
            try replaceFile(at: "\(folder)/set/a.bin.part", with: Array(file[..<1000]))
            try withServer { _ in
                response("206 Partial Content", ["Content-Range: bytes 0-99999/100000"], content: file)
            } _: { server in
                let error = try error { try fetch(from: server, to: folder) }
                #expect(error.description.contains("answers with bytes from 0 on, not 1000"), "\(error)")
            }
        }
    }

    @Test("Redirections are followed, but not in circles and not out of HTTP")
    func redirections() throws {
        try withTemporaryFolder { folder in
            let file = file
            try withServer { request in
                switch request.path {
                case "/a.bin": response("302 Found", ["Location: /b"], content: pattern(300))
                case "/b": response(content: file)
                case "/circle": response("301 Moved", ["Location: /circle"])
                default: response("302 Found", ["Location: file:///etc/passwd"])
                }
            } _: { server in
                try fetch(from: server, to: folder)
                #expect(try content("\(folder)/set/a.bin") == file)
                for path in ["circle", "out"] {
                    let error = try error { try fetch(from: server, to: folder, path: path) }
                    #expect(error.description.contains("Cannot download `\(server.address)/\(path)`"), "\(error)")
                    #expect(FileKind(at: "\(folder)/set/\(path)") == nil)
                }
            }
        }
    }

    @Test(
        "A status that is no success is an error with it",
        arguments: [
            ("404 Not Found", FoveaError.Code.missingInput, "the server answers 404"),
            ("403 Forbidden", .missingInput, "it answers 403"), ("503 Busy", .unavailable, "the server answers 503"),
        ])
    func refused(_ status: String, _ code: FoveaError.Code, _ text: String) throws {
        try withTemporaryFolder { folder in
            try withServer { _ in
                response(status, content: pattern(100_000))
            } _: { server in
                let error = try error { try fetch(from: server, to: folder) }
                #expect(error.code == code && error.problem.contains(text), "\(error)")
                #expect(error.remedy.contains("--from"))
                #expect(try namesInFolder("\(folder)/set").isEmpty)
            }
        }
    }

    @Test("Nobody who answers is an error that says so")
    func nobody() throws {
        try withTemporaryFolder { folder in
            let server = try LocalServer { _ in nil }
            server.stop()
            let refused = try error { try fetch(from: server, to: folder) }
            #expect(refused.code == .unavailable && refused.problem.contains("Cannot download"), "\(refused)")
            #expect(refused.remedy.contains("Check the network"))
            // This one accepts and stays silent.
            try withServer { _ in
                nil
            } _: { server in
                let silent = try error { try fetch(from: server, to: folder, patience: 1) }
                #expect(silent.code == .unavailable, "\(silent)")
            }
        }
    }

    @Test("A wrong sum is an error with both sums, and nothing of the user's is touched")
    func wrongSum() throws {
        try withTemporaryFolder { folder in
            let (file, wrong) = (file, Array(file.reversed()))
            let sums = (try sum(of: file), try sum(of: wrong))
            try withServer { _ in
                response(content: wrong)
            } _: { server in
                let received = try error { try fetch(from: server, to: folder) }
                #expect(received.code == .badData)
                #expect(received.problem.contains(sums.0) && received.problem.contains(sums.1), "\(received)")
                #expect(try namesInFolder("\(folder)/set").isEmpty)
                try replaceFile(at: "\(folder)/set/a.bin", with: wrong)
                let present = try error { try fetch(from: server, to: folder) }
                #expect(present.problem.contains(sums.0) && present.problem.contains(sums.1), "\(present)")
                #expect(present.remedy.contains("--to"))
                #expect(try content("\(folder)/set/a.bin") == wrong)
            }
        }
    }

    @Test("A file of another size is refused before it is received")
    func wrongSize() throws {
        try withTemporaryFolder { folder in
            let file = file
            try withServer {
                $0.path == "/long"
                    ? response(content: file + [1])
                    : Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8) + file + [1]
            } _: { server in
                let announced = try error { try fetch(from: server, to: folder, path: "long") }
                #expect(announced.problem.contains("has 100001 bytes, not the 100000 bytes"), "\(announced)")
                let silent = try error { try fetch(from: server, to: folder, path: "quiet") }
                #expect(silent.problem.contains("has more than the 100000 bytes"), "\(silent)")
            }
            #expect(!(try namesInFolder("\(folder)/set").contains("long")))
        }
    }

    @Test("A folder gives the files instead of the network, and stays as it is")
    func fromFolder() throws {
        try withTemporaryFolder { folder in
            let set = set([try published(file, "a.bin")])
            #expect(try createFolder(at: "\(folder)/mirror"))
            let fetch = Fetch(set, from: try Fetch.Origin("\(folder)/mirror/"), to: "\(folder)/set")
            let missing = try error { try fetch.run() }
            #expect(missing.code == .missingInput && missing.problem.contains("mirror/a.bin"), "\(missing)")
            try replaceFile(at: "\(folder)/mirror/a.bin", with: file.reversed())
            let wrong = try error { try fetch.run() }
            #expect(wrong.problem.contains(try sum(of: file.reversed())), "\(wrong)")
            #expect(wrong.problem.contains(try sum(of: file)))
            #expect(try namesInFolder("\(folder)/set").isEmpty)
            try replaceFile(at: "\(folder)/mirror/a.bin", with: file)
            try fetch.run()
            #expect(try content("\(folder)/set/a.bin") == file)
            #expect(try namesInFolder("\(folder)/mirror") == ["a.bin"])
            #expect(throws: FoveaError.self) { try Fetch.Origin("\(folder)/nowhere") }
            #expect(throws: FoveaError.self) { try Fetch.Origin("ftp://somewhere") }
        }
    }

    @Test("Every known set has files with sums, and a name of its own")
    func known() {
        #expect(Set(PublicSet.all.map(\.name)).count == PublicSet.all.count)
        for file in PublicSet.all.flatMap(\.files) {
            #expect(file.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil && file.byteCount > 0, "\(file.url)")
        }
    }
}
