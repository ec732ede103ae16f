public import FoveaData
import FoveaGraph
import FoveaNN
public import FoveaRuntime

/// The features of a fine-tuning's pictures that are in a cache, found by ``FineTuning/stored(in:_:validation:transforms:on:)``.
///
/// A picture that changes afterwards counts as it was.
public struct StoredFeatures: Sendable {
    /// A part of the data: the digest of each picture; nil for those that cannot be read.
    struct Part: Sendable {
        let store: FeatureStore
        let digests: [ContentDigest?]
    }

    let training: Part
    let validation: Part?
    /// The number of views of all pictures.
    public let count: Int
    /// The number of them whose features need not be computed.
    public let foundCount: Int
}

extension FineTuning {
    /// Looks for the features of pictures in a cache; none is decoded.
    ///
    /// The kernels that computed them are used from now on, so that call this before anything is compiled.
    ///
    /// - Parameter transforms: those of a training image, as in ``run(_:validation:transforms:mixing:leavingOut:workers:stored:on:report:)``.
    /// - Returns: nil where no phase needs features, or nothing tells an example's content.
    /// - Throws: ``FoveaError`` when the network cannot be traced.
    public func stored(
        in cache: FeatureCache, _ training: any ExampleSource, validation: (any ExampleSource)? = nil,
        transforms: [any Transform] = [], on device: Device
    ) async throws -> StoredFeatures? {
        guard let divided, plan.phases.contains(where: \.trainsHeadAlone) else { return nil }
        let parts = [training, validation].compactMap(\.self)
        guard parts.allSatisfy({ $0.knownLabels != nil }) else { return nil }
        let store = FeatureStore(
            cache, try featureKeys(divided, transforms, device), kernels: device.backend.profile.kernels)
        let found = parts.map { StoredFeatures.Part(store: store, digests: $0.contentDigests) }
        var foundCount = 0
        for (position, part) in found.enumerated() {
            for view in 0..<(position == 0 ? recipe.views : 1) {
                if let key = store.keys.key(ofView: view) { foundCount += await store.count(of: part.digests, key) }
            }
        }
        return StoredFeatures(
            training: found[0], validation: found.count > 1 ? found[1] : nil,
            count: saturatingSum(saturatingProduct(training.count, recipe.views), validation?.count ?? 0),
            foundCount: foundCount)
    }

    /// The number of images whose features are computed at a time: whatever their number is, so that the bits are the same when
    /// there are more, and no more than a training step takes.
    var featureBatchSize: Int { min(recipe.batchSize, 32) }

    /// The transforms of the images whose features are computed.
    func featureTransforms(_ transforms: [any Transform]) -> FeatureTransforms {
        FeatureTransforms(plain: [preprocessing], augmenting: transforms.isEmpty ? [preprocessing] : transforms)
    }

    private func featureKeys(
        _ divided: DividedNetwork, _ transforms: [any Transform], _ device: Device
    ) throws -> FeatureKeys {
        try FeatureKeys(
            divided.body, weights: start, batchSize: featureBatchSize, transforms: featureTransforms(transforms),
            seed: recipe.seed, device: device)
    }
}
