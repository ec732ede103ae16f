import FoveaData
import FoveaFoundation
import FoveaGraph

/// The folder in which fine-tunings keep the features of frozen bodies, so that a later one need not compute them.
///
/// What cannot be read or written only costs time: the features are then computed, and kept in memory. Files are written once
/// and replaced by none, so that any number of processes may use the folder at a time.
public struct FeatureCache: Sendable {
    public let folder: String
    /// The number of bytes beyond which the files that were used longest ago are removed.
    public let capacity: Int
    /// Receives, in one line, the reason why features are computed again or not kept.
    let notice: @Sendable (String) -> Void

    /// 2 GB.
    public static let standardCapacity = 2_000_000_000

    /// `fovea/features` in the user's cache folder: `$XDG_CACHE_HOME`, else `~/.cache`.
    public static var standardFolder: String { "\(userCacheFolder)/features" }

    /// - Parameters:
    ///   - folder: by default ``standardFolder``; it need not exist yet.
    ///   - capacity: in bytes.
    ///   - notice: receives, in one line, the reason why features are computed again or not kept.
    public init(
        at folder: String = standardFolder, capacity: Int = standardCapacity,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.folder, self.capacity, self.notice) = (folder, max(0, capacity), notice)
    }

    // MARK: Names

    private static let prefix = "features-"
    private static let suffix = ".safetensors"

    /// The path of a file: its name says of what key and of which rows it is.
    static func path(of key: FeatureKey, rows: ContentDigest, in folder: String) -> String {
        FoveaFoundation.path(of: "\(prefix)\(key.name)-\(rows.text)\(suffix)", in: folder)
    }

    private static func isOwn(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
        let digests = name.dropFirst(prefix.count).dropLast(suffix.count).split(
            separator: "-", omittingEmptySubsequences: false)
        return digests.count == 2 && digests.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) }
    }

    // MARK: Files

    private struct Entry {
        let path: String
        let byteCount: Int
        let time: Int
    }

    /// The files, those used last first.
    private func entries(_ isWanted: (String) -> Bool = Self.isOwn) -> [Entry] {
        let names = ((try? namesInFolder(folder)) ?? []).filter(isWanted)
        return names.compactMap { name -> Entry? in
            let path = FoveaFoundation.path(of: name, in: folder)
            guard FileKind(at: path, followingLinks: false) == .regularFile, let size = fileByteCount(at: path),
                let time = modificationTime(at: path)
            else { return nil }
            return Entry(path: path, byteCount: size, time: time)
        }.sorted { ($0.time, $0.path) > ($1.time, $1.path) }
    }

    /// Each stays open while its features are used.
    private static let mostFiles = 256

    /// The files with features of a key, those used last first.
    func paths(of key: FeatureKey) -> [String] {
        let prefix = "\(Self.prefix)\(key.name)-"
        return entries { Self.isOwn($0) && $0.hasPrefix(prefix) }.prefix(Self.mostFiles).map(\.path)
    }

    /// Removes the files that were used longest ago until so many bytes more are within the capacity; none where that cannot
    /// be.
    ///
    /// - Parameter kept: files that are in use.
    /// - Returns: whether that many bytes more are within it.
    func makeRoom(for byteCount: Int = 0, keeping kept: Set<String>) -> Bool {
        removeRemains()
        var entries = entries()
        let inUse = entries.reduce(byteCount) { kept.contains($1.path) ? saturatingSum($0, $1.byteCount) : $0 }
        guard byteCount == 0 || inUse <= capacity else { return false }
        var total = entries.reduce(byteCount) { saturatingSum($0, $1.byteCount) }
        while total > capacity, let oldest = entries.popLast() {
            guard !kept.contains(oldest.path) else { continue }
            removeFile(oldest.path)
            total -= oldest.byteCount
        }
        return total <= capacity
    }

    /// Removes what processes left that were killed while they wrote: files that none can be writing any more.
    private func removeRemains() {
        let dayAgo = Int(clamping: Int64(Date().timeIntervalSince1970) - 86_400).multipliedReportingOverflow(
            by: 1_000_000_000
        ).partialValue
        for entry in entries({ $0.hasPrefix(".fovea-") && $0.hasSuffix(".tmp") }) where entry.time < dayAgo {
            removeFile(entry.path)
        }
    }
}
