import FoveaFormats
import FoveaRuntime
import FoveaTestSupport
import Foundation
import Synchronization
import Testing

@Suite("The cache of choices of kernels")
struct KernelCacheTests {
    private let notices = Notices()

    private final class Notices: Sendable {
        let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
    }

    private func cache(at path: String) -> KernelCache {
        KernelCache(at: path) { [notices] line in notices.lines.withLock { $0.append(line) } }
    }

    @Test("keeps choices by machine, also when another process has added to the file")
    func keeps() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/fovea/kernels.json"
            let (one, other) = (cache(at: path), cache(at: path))
            #expect(one.choices(on: "m").isEmpty)
            one.keep(["a": KernelChoice(kernel: "k")], on: "m")
            other.keep(["b": KernelChoice(kernel: "l")], on: "m")
            other.keep(["a": KernelChoice(kernel: "n")], on: "another")
            #expect(one.choices(on: "m").mapValues(\.kernel) == ["a": "k", "b": "l"])
            #expect(notices.all.isEmpty)
        }
    }

    @Test("a damaged file is a notice and is rebuilt")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/kernels.json"
            try Data("{ half a fi".utf8).write(to: URL(filePath: path))
            let cache = cache(at: path)
            #expect(cache.choices(on: "m").isEmpty)
            #expect(notices.all.count == 1 && notices.all[0].hasSuffix("kernels.json` is damaged; rebuilding it"))
            cache.keep(["a": KernelChoice(kernel: "k")], on: "m")
            #expect(cache.choices(on: "m").mapValues(\.kernel) == ["a": "k"])
        }
    }

    @Test("a file that cannot be written is a notice")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            try Data().write(to: URL(filePath: "\(folder)/file"))
            cache(at: "\(folder)/file/kernels.json").keep(["a": KernelChoice(kernel: "k")], on: "m")
            #expect(notices.all.count == 1 && notices.all[0].hasPrefix("the choice of kernels is not remembered: "))
        }
    }
}
