import FoveaData
import FoveaFoundation
import FoveaGraph

/// The features of one view of a source's examples while they are gathered: from a cache, or computed.
struct ViewOfFeatures {
    let view: Int
    /// The features of each example; nil for those that are missing.
    private(set) var rows: [FeatureSource.Row?]
    private(set) var doneCount = 0
    private let source: any ExampleSource
    private let digests: [ContentDigest?]?
    private let store: FeatureStore?
    private let key: FeatureKey?
    /// Whether features are kept in memory too when they are on disk.
    private let isInMemory: Bool
    /// Rows that are to be written.
    private var pending: [(index: Int, row: FeatureShard.Row)] = []
    private let rowByteCount: Int

    /// The size of the files, and so of what is in memory until it is written.
    private static let fileByteCount = 64 << 20

    init(
        _ source: any ExampleSource, _ view: Int, digests: [ContentDigest?]?, store: FeatureStore?, isInMemory: Bool
    ) {
        (self.source, self.view, self.isInMemory) = (source, view, isInMemory)
        self.digests = digests?.count == source.count ? digests : nil
        self.store = store
        key = store?.keys.key(ofView: view)
        rowByteCount = store.map { FeatureShard.byteCount(of: 1, $0.keys.types) } ?? 0
        rows = Array(repeating: nil, count: source.count)
    }

    /// The indices of the examples whose features are missing.
    var missing: Set<Int> { Set(rows.indices.filter { rows[$0] == nil }) }

    /// What transforms draw by: the content of each picture.
    var randomKeys: [UInt64]? { digests.map { $0.enumerated().map { $1?.checksums ?? UInt64($0) } } }

    /// Takes the features that are in the cache.
    mutating func find() async {
        guard let store, let key, let digests, let labels = source.knownLabels else { return }
        for (index, digest) in digests.enumerated() {
            guard let digest, let found = await store.features(of: digest, key) else { continue }
            set(isInMemory ? .computed(found.features) : .stored(found.shard, digest), labels[index], at: index)
        }
    }

    /// Adds features that have been computed.
    ///
    /// - Throws: as ``write()``.
    mutating func add(_ features: [String: Tensor], label: Int32, at index: Int) async throws {
        set(.computed(features), label, at: index)
        // A picture that has been replaced meanwhile has other features than its digest says.
        guard key != nil, let digest = digests?[index], (try? source.contentDigest(at: index)) == digest else { return }
        pending.append((index, FeatureShard.Row(digest: digest, features: features)))
        if pending.count >= max(1, Self.fileByteCount / rowByteCount) { try await write() }
    }

    /// Writes what has been added to the cache.
    ///
    /// - Throws: ``FoveaError`` when it cannot be written and does not fit in memory.
    mutating func write() async throws {
        guard let store, let key, !pending.isEmpty else { return }
        defer { pending = [] }
        let shard = await store.add(pending.map(\.row), key)
        guard !isInMemory else { return }
        guard let shard else {
            throw FoveaError(
                .unavailable, "The features do not fit in memory, and cannot be kept on disk.",
                remedy: "Free some space, choose another folder for the feature cache, or use fewer images.")
        }
        for (index, row) in pending { rows[index]?.features = .stored(shard, row.digest) }
    }

    private mutating func set(_ features: FeatureSource.Features, _ label: Int32, at index: Int) {
        rows[index] = FeatureSource.Row(features: features, label: label, origin: index)
        doneCount += 1
    }
}
