public import FoveaData
public import FoveaGraph
import FoveaNN
public import FoveaRuntime

/// What a fine-tuning is expected to take, from one batch that is decoded and run.
public struct FineTuningCost: Hashable, Sendable {
    public let seconds: Double
    /// For each training example, all epochs together; without features, where they are in a cache then.
    public let secondsPerTrainingExample: Double
    /// For each validation example, all epochs together.
    public let secondsPerValidationExample: Double
    /// The memory of the training steps, the weights and the features; nil where the device does not predict it.
    public let byteCount: Int?
    /// The size of all features that are kept while the head is trained.
    public let featureByteCount: Int
    /// The number of views of images whose features are needed.
    public let featureCount: Int
    /// The number of them that are in the cache.
    public let storedFeatureCount: Int
}

/// Some training images, of every class in proportion, as the network reads them.
public struct FineTuningSample: Sendable {
    /// [N, C, H, W]
    public let images: Tensor
    /// The time that each took to be decoded, divided by the device's threads.
    let secondsPerImage: Double
}

extension FineTuning {
    /// A batch of training images.
    ///
    /// - Parameter leavingOut: whether images that cannot be read are left out, rather than errors.
    /// - Throws: ``FoveaError`` when an example cannot be read, or has no label.
    public func sample(
        of training: any ExampleSource, leavingOut: Bool = false, on device: Device
    ) throws -> FineTuningSample {
        var chosen = try training.stratified(min(recipe.batchSize, training.count), seed: recipe.seed)
        if leavingOut {
            let readable = (0..<chosen.count).filter {
                (try? chosen.batch($0..<$0 + 1, transforms: [preprocessing])) != nil
            }
            if !readable.isEmpty { chosen = try chosen.subset(readable) }
        }
        let begin = ContinuousClock.now
        let images = try chosen.batch(0..<chosen.count, transforms: [preprocessing]).images
        let threads = max(1, device.backend.profile.threads)
        return FineTuningSample(
            images: images, secondsPerImage: seconds(since: begin) / Double(chosen.count * threads))
    }

    /// Times one batch of images through the network, and predicts the memory of a step.
    ///
    /// A step costs three times what inference does where everything is trained, for it computes two gradients.
    ///
    /// - Parameter stored: the features that need not be computed.
    /// - Throws: ``FoveaError`` when the network cannot be compiled.
    public func cost(
        _ training: any ExampleSource, validation: (any ExampleSource)? = nil, sample: FineTuningSample,
        stored: StoredFeatures? = nil, on device: Device
    ) async throws -> FineTuningCost {
        let count = sample.images.shape[0]
        let rowByteCount = try features.map { $0.reduce(0) { saturatingSum($0, $1.1.byteCount) } }
        let rows = saturatingSum(saturatingProduct(training.count, recipe.views), validation?.count ?? 0)
        let featureCount = plan.phases.contains { $0.trainsHeadAlone } && rowByteCount != nil ? rows : 0
        let storedCount = min(featureCount, stored?.foundCount ?? 0)
        let states = DeviceStates(on: device)
        try await states.write(start.namedTensors)
        // Where only a head is trained on features that are there, no image is needed.
        let isComputed = storedCount < featureCount || plan.phases.contains { !$0.trainsHeadAlone } || divided == nil
        let inference = isComputed ? try await inferenceSecondsPerImage(sample, states) : 0
        let decoding = sample.secondsPerImage

        var (total, perTraining, perValidation) = (0.0, 0.0, 0.0)
        for phase in plan.phases {
            if phase.trainsHeadAlone, divided != nil {
                total += Double(featureCount - storedCount) * (inference + decoding)
                if stored == nil {
                    perTraining += Double(recipe.views) * (inference + decoding)
                    perValidation += inference + decoding
                }
            } else {
                let trained = Double(phase.treatments.count { $0.learningRate != nil }) / Double(phase.treatments.count)
                let step = Double(phase.epochs) * (inference * (1 + 2 * trained) + decoding)
                let held = Double(phase.epochs) * (inference + decoding)
                total += Double(training.count) * step + Double(validation?.count ?? 0) * held
                (perTraining, perValidation) = (perTraining + step, perValidation + held)
            }
        }
        let features = saturatingProduct(featureCount, rowByteCount ?? 0)
        return FineTuningCost(
            seconds: total, secondsPerTrainingExample: perTraining, secondsPerValidationExample: perValidation,
            byteCount: try await stepByteCount(count, states, on: device).map { saturatingSum($0, features) },
            featureByteCount: features, featureCount: featureCount, storedFeatureCount: storedCount)
    }

    /// The time that one image takes to go through the network.
    private func inferenceSecondsPerImage(_ sample: FineTuningSample, _ states: DeviceStates) async throws -> Double {
        let network = try network.adapted(to: states.device)
        let predictor = Predictor(network, signature: try network.signature, evaluation: nil, sharing: states)
        let inputs = [GraphName.images: sample.images]
        // The first run compiles.
        _ = try await predictor(inputs)
        let running = ContinuousClock.now
        _ = try await predictor(inputs)
        return seconds(since: running) / Double(sample.images.shape[0])
    }

    /// The memory of the steps of the last phase.
    private func stepByteCount(_ count: Int, _ states: DeviceStates, on device: Device) async throws -> Int? {
        guard let phase = plan.phases.last else { return nil }
        let network = try network.adapted(to: device)
        let graph = try TrainingGraph(
            network, objective: Classification(), rule: phase.rule, batch: network.inputs.batched(count)
        ).graph
        let weights = start.namedTensors.reduce(0) { $0 + $1.tensor.type.byteCount }
        return try await device.predictedByteCount(of: device.optimized(graph), states: states).map { $0 + weights }
    }
}

private func seconds(since begin: ContinuousClock.Instant) -> Double { (ContinuousClock.now - begin) / .seconds(1) }
