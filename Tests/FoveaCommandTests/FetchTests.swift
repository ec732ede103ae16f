import FoveaFoundation
import FoveaTestSupport
import Testing

@Suite("fovea data fetch")
struct FetchTests {
    private func run(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(["data", "fetch"] + line.split(separator: " ").map(String.init), in: folder)
    }

    @Test("Without a name it lists the sets")
    func list() throws {
        try withTemporaryFolder { folder in
            let table = try run("", in: folder)
            let sets = try run("--json", in: folder).json
            #expect(table.status == 0 && sets.elements.count == 8)
            for set in sets.elements {
                let (name, page) = (try #require(set["name"].string), try #require(set["page"].string))
                #expect(table.output.contains(name) && table.output.contains(page))
            }
            let stray = try run("--to somewhere", in: folder)
            #expect(stray.status == 64 && stray.errors.contains("--to and --from need the name of a set"))
        }
    }

    @Test("Mistakes are named with what to do, and leave nothing under a final name")
    func mistakes() throws {
        try withTemporaryFolder { folder in
            let name = try run("cifar100", in: folder)
            #expect(name.status == 64 && name.errors.contains("Did you mean `cifar10`?"), "\(name.errors)")
            let origin = try run("mnist --from nowhere", in: folder)
            #expect(
                origin.status == 66 && origin.errors.contains("`nowhere` is neither a folder nor"), "\(origin.errors)")
            #expect(try createFolder(at: "\(folder)/mirror"))
            let missing = try run("cifar10 --from mirror", in: folder)
            #expect(missing.status == 66, "\(missing.errors)")
            #expect(missing.errors.contains("There is no file `mirror/cifar-10-binary.tar.gz`"), "\(missing.errors)")
            try replaceFile(at: "\(folder)/mirror/train-images-idx3-ubyte.gz", with: [1, 2, 3])
            let wrong = try run("mnist --from mirror --to here", in: folder)
            #expect(wrong.status == 65, "\(wrong.errors)")
            #expect(wrong.errors.contains("has 3 bytes, the published `train-images-idx3-ubyte.gz` has 9912422"))
            #expect(try namesInFolder("\(folder)/here").isEmpty && FileKind(at: "\(folder)/cifar10") == nil)
        }
    }

    @Test("A server that does not answer is an error, and stdout stays empty")
    func noServer() throws {
        try withTemporaryFolder { folder in
            // Port 1 is reserved, and nothing listens there.
            let nobody = try run("mnist --from http://127.0.0.1:1 --json", in: folder)
            #expect(nobody.status == 69 && nobody.output.isEmpty, "\(nobody.errors)")
            #expect(nobody.errors.contains("Cannot download `http://127.0.0.1:1/train-images-idx3-ubyte.gz`"))
        }
    }
}
