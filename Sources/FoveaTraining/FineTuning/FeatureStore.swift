import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// The features that a fine-tuning finds in a cache, and those that it adds.
actor FeatureStore {
    nonisolated let cache: FeatureCache
    nonisolated let keys: FeatureKeys
    private let kernels: KernelSelection?
    private var opened: [FeatureKey: [FeatureShard]] = [:]
    /// The files whose features have been used or written.
    private var used: Set<String> = []
    /// Whether features are no longer written, because that failed or there is no room.
    private var isClosed = false

    init(_ cache: FeatureCache, _ keys: FeatureKeys, kernels: KernelSelection?) {
        (self.cache, self.keys, self.kernels) = (cache, keys, kernels)
    }

    /// The number of pictures whose features are there.
    func count(of digests: [ContentDigest?], _ key: FeatureKey) -> Int {
        let shards = shards(of: key)
        return digests.count { digest in digest.map { digest in shards.contains { $0.contains(digest) } } ?? false }
    }

    /// The features of a picture and the file that has them; nil where they are not there, or damaged.
    func features(of digest: ContentDigest, _ key: FeatureKey) -> (shard: FeatureShard, features: [String: Tensor])? {
        for shard in shards(of: key) {
            do {
                guard shard.contains(digest) else { continue }
                if !used.contains(shard.path) {
                    // Wholly or not at all: what is computed again for a damaged file is a file as that was.
                    try shard.verify()
                    used.insert(shard.path)
                    touchFile(shard.path)
                }
                return try shard.features(of: digest).map { (shard, $0) }
            } catch {
                refuse(shard.path, error)
                opened[key]?.removeAll { $0.path == shard.path }
            }
        }
        return nil
    }

    /// Writes features.
    ///
    /// - Returns: the file; nil where it could not be written.
    func add(_ rows: [FeatureShard.Row], _ key: FeatureKey) -> FeatureShard? {
        guard !isClosed, !rows.isEmpty else { return nil }
        do {
            if FileKind(at: cache.folder) == nil { _ = try createFolder(at: cache.folder) }
            let byteCount = FeatureShard.byteCount(of: rows.count, keys.types)
            guard cache.makeRoom(for: byteCount, keeping: used) else {
                isClosed = true
                cache.notice(
                    "the feature cache is full: there is no room for \(byteCountText(byteCount)) beside what this run uses of "
                        + byteCountText(cache.capacity))
                return nil
            }
            let names = kernels?.choices.mapValues(\.kernel) ?? [:]
            let path = try FeatureShard.write(rows, key: key, types: keys.types, kernels: names, in: cache.folder)
            used.insert(path)
            return try FeatureShard(at: path, key: key, types: keys.types)
        } catch {
            isClosed = true
            cache.notice("features are not kept on disk: \(error)")
            return nil
        }
    }

    /// Removes what is beyond the capacity, but for what this run uses.
    func trim() { _ = cache.makeRoom(keeping: used) }

    private func shards(of key: FeatureKey) -> [FeatureShard] {
        if let known = opened[key] { return known }
        var shards: [FeatureShard] = []
        var others = 0
        for path in cache.paths(of: key) {
            do {
                let shard = try FeatureShard(at: path, key: key, types: keys.types)
                // Kernels round differently: the features of a run are those of the same.
                if kernels?.adopt(shard.kernels) ?? true { shards.append(shard) } else { others += 1 }
            } catch let error as FoveaError where error.code == .missingInput && FileKind(at: path) == nil {
                continue  // Another process has removed it meanwhile.
            } catch {
                refuse(path, error)
            }
        }
        if others > 0 {
            cache.notice(
                "features that other kernels computed are not used (files in \(quoted(cache.folder)): \(others)); computing them again"
            )
        }
        opened[key] = shards
        return shards
    }

    /// Says why a file is not used; a damaged one is removed.
    private func refuse(_ path: String, _ error: any Error) {
        if (error as? FoveaError)?.code == .badData {
            cache.notice("\(quoted(path)) is damaged or stale; computing its features again")
            removeFile(path)
        } else {
            cache.notice("features computed before are not used: \(error)")
        }
    }
}
