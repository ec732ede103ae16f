import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

extension FineTuningRun {
    /// The smaller parts of the training images that a learning curve trains on; without those that are all of them.
    ///
    /// - Throws: ``FoveaError`` when there is no validation part to measure on, or when the sizes do not fit the classes.
    static func learningCurveParts(
        _ option: LearningCurveSizes, of training: any ExampleSource, validation: (any ExampleSource)?, seed: UInt64
    ) throws -> [NestedSubset] {
        let sizes = try option.sizes()
        guard validation != nil else {
            throw FoveaError(
                .usage, "A learning curve is measured on a validation part, and there is none.",
                remedy: "Leave out --val-split 0, or give --val with other data.")
        }
        let parts = try training.nestedSubsets(sizes, leavingOutUnfit: option.isStandard, seed: seed)
            .filter { $0.examples.count < training.count }
        guard !parts.isEmpty else {
            throw FoveaError(
                .usage,
                "A learning curve of \(option.description) has no part smaller than all \(training.count) images.",
                remedy: "Give smaller sizes, such as --learning-curve 2,4, or use more images.")
        }
        return parts
    }

    /// Trains on each of the smaller parts by the same recipe, and keeps the curve in the run folder up to date.
    ///
    /// - Throws: ``FoveaError`` when a training diverges or a file cannot be written; ``Interruption/Stop`` after a signal. The
    ///   model in the folder is complete all the same.
    func measureLearningCurve(
        _ outcome: TrainingRun.Outcome, reportingTo report: inout FineTuningReport, until interruption: Interruption
    ) async throws -> LearningCurveReport {
        guard let validation = validationSource else {
            preconditionFailure("there are parts only where there is something to measure them on")
        }
        var curve = LearningCurveReport(of: outcome.folder, title: "\(base.entry.name) on \(splits.training.name)")
        do {
            let classifier = try await Classifier(SavedModel(outcome.folder), device: device)
            try curve.add(
                "all", trainedOn: splits.training.count,
                await classifier.classify(
                    validation, preprocessing: tuning.preprocessing, leavingOut: badFiles.leavingOut))
            for part in curveParts {
                report.part(part)
                // Those of the whole hold for its parts.
                var stored: StoredFeatures?
                if let features = options.features.cache {
                    stored = try await tuning.stored(
                        in: features, part.examples, validation: validation, transforms: transforms, on: device)
                }
                let measured = try await tuning.classify(
                    validation, afterTrainingOn: part.examples, transforms: transforms, mixing: mixing,
                    leavingOut: badFiles.leavingOut, workers: options.loading.workers, stored: stored,
                    on: device
                ) { event in
                    report.partEvent(event)
                    guard let signal = interruption.signal else { return }
                    throw Interruption.Stop(
                        signal: signal,
                        description: "stopped before the learning curve was complete; what there is of it is in "
                            + "\(quoted(curve.tablePath)), and the model is complete")
                }
                try curve.add(part.name, trainedOn: part.examples.count, measured)
                try report.point(part, curve)
            }
        } catch {
            report.stop()
            if error is FoveaError {
                StandardError.notice(
                    "the model in \(quoted(outcome.folder.path)) is complete; its learning curve is not")
            }
            throw error
        }
        return curve
    }
}
