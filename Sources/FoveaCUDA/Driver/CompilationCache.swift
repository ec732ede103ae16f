import FoveaFoundation

/// A folder with what was compiled or chosen for a device, a file for each, for every process of a user.
///
/// A file has the source that it was made from, so that no other is mistaken for it, and a sum. One that is damaged, or that
/// cannot be read or written, only costs time.
struct CompilationCache: Sendable {
    let folder: String

    init(_ folder: String) { self.folder = folder }

    /// `fovea/cuda` in the user's cache folder: `$XDG_CACHE_HOME`, else `~/.cache`.
    static var standardFolder: String { "\(userCacheFolder)/cuda" }

    /// The most bytes that all files take: beyond, those used longest ago go.
    private static let capacity = 256 << 20
    private static let suffix = ".cuda"

    /// What was made from a source; nil where there is nothing.
    ///
    /// - Parameter key: what it depends on besides, in one line.
    func image(of source: String, key: String) -> [UInt8]? {
        let file = path(source, key)
        let head = Self.head(source, key)
        guard FileKind(at: file) == .regularFile, let bytes = try? readFile(at: file, limit: Self.capacity),
            bytes.count > head.count + 8, bytes.starts(with: head)
        else { return nil }
        let image = Array(bytes[(head.count + 8)...])
        guard Array(bytes[head.count..<head.count + 8]) == Self.sum(image) else { return nil }
        touchFile(file)
        return image
    }

    func keep(_ image: [UInt8], of source: String, key: String) {
        do {
            _ = try createFolder(at: folder)
            try replaceFile(at: path(source, key), with: Self.head(source, key) + Self.sum(image) + image)
        } catch {
            // The next process compiles it again.
            return
        }
        removeOldest()
    }

    private func path(_ source: String, _ key: String) -> String {
        let digest = Self.digest(Self.head(source, key))
        let digits = String(digest, radix: 16)
        return "\(folder)/\(String(repeating: "0", count: 16 - digits.count))\(digits)\(Self.suffix)"
    }

    /// What a file begins with: everything that its image depends on, with a zero behind it.
    private static func head(_ source: String, _ key: String) -> [UInt8] {
        Array("fovea cuda 1, \(key)\n\(source)".utf8) + [0]
    }

    private static func sum(_ image: [UInt8]) -> [UInt8] {
        let digest = digest(image)
        return (0..<8).map { UInt8(truncatingIfNeeded: digest >> (8 * $0)) }
    }

    /// FNV-1a, 64 bits: what is protected is a file that was cut off or overwritten, not one that was forged.
    private static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    private func removeOldest() {
        let names = ((try? namesInFolder(folder)) ?? []).filter { $0.hasSuffix(Self.suffix) }
        var files = names.map { name -> (path: String, byteCount: Int, used: Int) in
            let path = "\(folder)/\(name)"
            return (path, fileByteCount(at: path) ?? 0, modificationTime(at: path) ?? 0)
        }
        var total = files.reduce(0) { $0 + $1.byteCount }
        files.sort { ($0.used, $0.path) < ($1.used, $1.path) }
        for file in files where total > Self.capacity {
            removeFile(file.path)
            total -= file.byteCount
        }
    }
}
