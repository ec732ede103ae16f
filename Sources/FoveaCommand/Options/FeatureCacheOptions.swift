import ArgumentParser
import FoveaFormats
import FoveaTraining

/// Where the features of frozen layers are kept from run to run.
struct FeatureCacheOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Folder in which the features of frozen layers are kept, so that later runs compute only those of new pictures; or \
            none. (default: fovea/features in the user's folder for caches)
            """, valueName: "folder|none"))
    var featureCache: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Size of that folder, such as 500MB or 4GB, beyond which what was used longest ago is removed; 0 for no cache. \
            (default: 2GB)
            """, valueName: "size"))
    var featureCacheSize: MemorySize?

    /// Nil where no features are kept.
    var cache: FeatureCache? {
        guard featureCache != "none", capacity > 0 else { return nil }
        return FeatureCache(at: featureCache ?? FeatureCache.standardFolder, capacity: capacity) {
            StandardError.notice($0)
        }
    }

    private var capacity: Int { featureCacheSize?.byteCount ?? FeatureCache.standardCapacity }

    /// The settings by the names of their flags.
    var settings: [(String, JSONValue)] {
        [("feature-cache", featureCache.map(JSONValue.string) ?? .null), ("feature-cache-size", .integer(capacity))]
    }
}
