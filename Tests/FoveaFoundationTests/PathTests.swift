import Testing

@testable import FoveaFoundation

@Suite("Paths")
struct PathTests {
    @Test("The folder of a path, also where a name begins with a combining mark")
    func parent() {
        for (path, parent) in [("a/b", "a"), ("a", "."), ("/a", "/"), ("a/b//", "a/b/"), ("a/\u{301}b", "a")] {
            #expect(parentFolder(of: path) == parent, "\(path)")
        }
    }

    @Test("The name of a folder, whatever leads to it")
    func name() {
        for path in ["data/mnist", "/data/mnist/", "mnist/.", "mnist/raw/..", "./mnist//"] {
            #expect(folderName(path) == "mnist", "\(path)")
        }
        #expect(folderName("/") == "/" && !["", ".", "/"].contains(folderName(".")))
    }

    @Test("What stands behind the last point is the extension")
    func extensions() {
        for (path, found) in [("a/b.PNG", "png"), ("a.b/c", ""), (".png", ""), ("x.tar.gz", "gz"), ("a.", "")] {
            #expect(path.fileExtension == found, "\(path)")
        }
        #expect("a//".withoutTrailingSlashes == "a" && "//".withoutTrailingSlashes == "/")
    }
}
