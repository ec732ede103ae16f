public import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
public import FoveaRuntime

extension FineTuning {
    /// Carries out the phases on a part of the training examples, and classifies the validation part with the weights of the
    /// epoch that is best on it: a point of a ``LearningCurve``.
    ///
    /// - Throws: as ``run(_:validation:transforms:mixing:leavingOut:workers:stored:on:report:)``.
    public func classify(
        _ validation: any ExampleSource, afterTrainingOn part: any ExampleSource, transforms: [any Transform] = [],
        mixing: BatchMixing? = nil, leavingOut: LeavingOut? = nil, workers: Int? = nil,
        stored: StoredFeatures? = nil, on device: Device,
        report: (FineTuningEvent) async throws -> Void = { _ in }
    ) async throws -> ClassifiedExamples {
        var best: (metrics: EpochMetrics, weights: Weights)?
        _ = try await run(
            part, validation: validation, transforms: transforms, mixing: mixing, leavingOut: leavingOut,
            workers: workers, stored: stored, on: device
        ) { event in
            if case .epoch(let metrics, let weights) = event, metrics.isBetter(than: best?.metrics) {
                best = (metrics, weights)
            }
            try await report(event)
        }
        guard let best else { throw FoveaError(.internalDefect, "A fine-tuning has ended without an epoch.") }
        let states = DeviceStates(on: device)
        try await states.write(best.weights.namedTensors)
        let network = try network.adapted(to: device)
        return try await Classifier(
            network, evaluation: EvaluationPrograms(network, Classification(), sharing: states), sharing: states
        ).classify(validation, preprocessing: preprocessing, leavingOut: leavingOut)
    }
}
