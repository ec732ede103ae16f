public import FoveaData
import FoveaGraph
import FoveaNN
public import FoveaRuntime

/// What a fine-tuning is expected to take, from one batch that is decoded and run.
public struct FineTuningCost: Hashable, Sendable {
    public let seconds: Double
    /// The memory of the training steps, the weights and the features; nil where the device does not predict it.
    public let byteCount: Int?
    /// The size of all features that are kept while the head is trained.
    public let featureByteCount: Int
}

extension FineTuning {
    /// Times one batch of images through the network, and predicts the memory of a step.
    ///
    /// A step costs three times what inference does where everything is trained, for it computes two gradients.
    ///
    /// - Throws: ``FoveaError`` when the first examples cannot be read, or the network cannot be compiled.
    public func cost(
        _ training: any ExampleSource, validation: (any ExampleSource)? = nil, on device: Device
    ) async throws -> FineTuningCost {
        let count = min(recipe.batchSize, training.count)
        let begin = ContinuousClock.now
        let batch = try training.batch(0..<count, transforms: [preprocessing])
        let decoding = seconds(since: begin) / Double(count * max(1, device.backend.profile.threads))
        let states = DeviceStates(on: device)
        let predictor = Predictor(network, signature: try network.signature, evaluation: nil, sharing: states)
        try await states.write(start.namedTensors)
        let inputs = [GraphName.images: try batch.images]
        // The first run compiles.
        _ = try await predictor(inputs)
        let running = ContinuousClock.now
        _ = try await predictor(inputs)
        let inference = seconds(since: running) / Double(count)

        let held = Double(validation?.count ?? 0) * (inference + decoding)
        var total = 0.0
        for phase in plan.phases {
            if phase.trainsHeadAlone, divided != nil {
                total += Double(training.count * recipe.views) * (inference + decoding) + held
            } else {
                let trained = Double(phase.treatments.count { $0.learningRate != nil }) / Double(phase.treatments.count)
                let step = inference * (1 + 2 * trained) + decoding
                total += Double(phase.epochs) * (Double(training.count) * step + held)
            }
        }
        let features = try features.map { outputs in
            saturatingProduct(
                saturatingProduct(training.count, recipe.views) + (validation?.count ?? 0),
                outputs.reduce(0) { $0 + $1.1.byteCount })
        }
        return FineTuningCost(
            seconds: total, byteCount: try await stepByteCount(count, states, on: device).map { $0 + (features ?? 0) },
            featureByteCount: features ?? 0)
    }

    /// The memory of the steps of the last phase.
    private func stepByteCount(_ count: Int, _ states: DeviceStates, on device: Device) async throws -> Int? {
        guard let phase = plan.phases.last else { return nil }
        let graph = try TrainingGraph(
            network, objective: Classification(), rule: phase.rule, batch: network.inputs.batched(count)
        ).graph
        let weights = start.namedTensors.reduce(0) { $0 + $1.tensor.type.byteCount }
        return try await device.predictedByteCount(of: device.optimized(graph), states: states).map { $0 + weights }
    }
}

private func seconds(since begin: ContinuousClock.Instant) -> Double { (ContinuousClock.now - begin) / .seconds(1) }
