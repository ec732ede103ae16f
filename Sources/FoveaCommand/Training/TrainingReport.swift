import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// Reports the progress of a run: a bar and a table on standard error, JSON lines on standard output.
struct TrainingReport {
    private let isJSON: Bool
    private let table: EpochTable
    private var bar: ProgressBar

    init(_ run: TrainingRun, json: Bool) {
        isJSON = json
        table = EpochTable(hasValidation: run.splits.validation != nil)
        bar = ProgressBar(epochs: run.plan.epochs)
        let parts = [
            "\(run.splits.training.count.grouped) training",
            run.splits.validation.map { "\($0.count.grouped) validation" },
            run.splits.test.map { "\($0.count.grouped) test" },
        ].compactMap { $0 }
        StandardError.line("model   \(run.entry.name), \(run.parameterCount.grouped) parameters")
        StandardError.line("data    \(run.splits.training.name.onOneLine): \(parts.joined(separator: ", ")) images")
        if let files = run.splits.files { StandardError.line("        \(files.text)") }
        run.badFiles.report()
        if let lastBatch = run.fit.lastBatch.notice { StandardError.line("        \(lastBatch)") }
        if let changes = run.augmentationText { StandardError.line("augment \(changes)") }
        StandardError.line("device  \(run.device.backend.name): \(run.device.backend.summary)\n")
        StandardError.line(StandardError.styled(table.header, .faint))
    }

    mutating func step(_ step: StepReport, epoch: Int, stepInEpoch: Int, stepsPerEpoch: Int) {
        bar.advance(step, epoch: epoch, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch)
    }

    /// - Throws: when standard output cannot be written.
    mutating func epoch(_ metrics: EpochMetrics) throws {
        bar.clear()
        StandardError.line(table.row(metrics))
        if isJSON { try StandardOutput.line(metrics.json.text()) }
    }

    /// Leaves the terminal ready for other output.
    mutating func stop() { bar.clear() }

    /// Reports the results of the run.
    func end(_ run: TrainingRun, _ outcome: TrainingRun.Outcome) throws {
        try OutcomeReport(
            outcome: outcome, epochs: run.plan.epochs, parameterCount: run.parameterCount,
            files: run.splits.files?.json,
            badFiles: run.badFiles
        ).print(asJSON: isJSON)
    }
}

extension LastBatch {
    /// The notice about images that no step sees.
    fileprivate var notice: String? {
        guard case .leftOut(let count, let reason) = self else { return nil }
        let images =
            "each epoch leaves out \(count.grouped) image\(count == 1 ? "" : "s") that \(count == 1 ? "does" : "do") not fill a batch"
        return reason.map { "\(images), since the network cannot be trained on so few: \($0)" } ?? images
    }
}
