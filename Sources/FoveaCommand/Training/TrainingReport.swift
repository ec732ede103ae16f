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

    init(_ start: TrainingStart, json: Bool) {
        isJSON = json
        table = EpochTable(
            hasValidation: start.splits.validation != nil, hasAccuracy: start.hasAccuracy,
            examples: "\(start.exampleNoun)s")
        bar = ProgressBar(epochs: start.epochs, examples: "\(start.exampleNoun)s")
        let splits = start.splits
        let parts = [
            "\(splits.training.count.grouped) training",
            splits.validation.map { "\($0.count.grouped) validation" },
            splits.test.map { "\($0.count.grouped) test" },
        ].compactMap { $0 }
        StandardError.line("model   \(start.model), \(start.parameterCount.grouped) parameters")
        StandardError.line(
            "data    \(splits.training.name.onOneLine): \(parts.joined(separator: ", ")) \(start.exampleNoun)s")
        if let files = splits.files { StandardError.line("        \(files.text)") }
        start.badFiles.report()
        if let lastBatch = start.lastBatch.notice(of: start.exampleNoun) { StandardError.line("        \(lastBatch)") }
        if let changes = start.changes { StandardError.line(changes) }
        StandardError.line("device  \(start.device.backend.name): \(start.device.backend.summary)\n")
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
    func end(_ start: TrainingStart, _ outcome: TrainingRun.Outcome) throws {
        try OutcomeReport(
            outcome: outcome, epochs: start.epochs, parameterCount: start.parameterCount,
            files: start.splits.files?.json, badFiles: start.badFiles
        ).print(asJSON: isJSON)
    }
}

/// What a training begins with, for its report.
struct TrainingStart {
    let model: String
    let parameterCount: Int
    /// What an example is: `image`, `sequence`.
    let exampleNoun: String
    /// False where the network answers with numbers.
    var hasAccuracy = true
    let splits: DataSplits
    let badFiles: BadFileRecord
    let lastBatch: LastBatch
    /// A line about how examples are changed; nil where they are taken as they are.
    let changes: String?
    let device: Device
    let epochs: Int
}

extension LastBatch {
    /// The notice about examples that no step sees.
    fileprivate func notice(of noun: String) -> String? {
        guard case .leftOut(let count, let reason) = self else { return nil }
        let images =
            "each epoch leaves out \(count.grouped) \(noun)\(count == 1 ? "" : "s") that \(count == 1 ? "does" : "do") not fill a batch"
        return reason.map { "\(images), since the network cannot be trained on so few: \($0)" } ?? images
    }
}
