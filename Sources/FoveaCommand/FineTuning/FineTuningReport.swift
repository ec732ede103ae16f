import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// Reports the plan and the progress of a fine-tuning: tables on standard error, JSON lines on standard output.
struct FineTuningReport {
    private let isJSON: Bool
    private let table: EpochTable
    private let epochs: Int
    private var bar: ProgressBar
    private var announced = 0

    init(_ run: FineTuningRun, json: Bool) {
        isJSON = json
        table = EpochTable(hasValidation: run.splits.validation != nil)
        epochs = run.tuning.plan.phases.reduce(0) { $0 + $1.epochs }
        bar = ProgressBar(epochs: epochs)
    }

    /// Prints what will be done.
    ///
    /// - Throws: when standard output cannot be written.
    func plan(_ run: FineTuningRun) async throws {
        let plan = try await FineTuningPlanText(run)
        StandardError.line(plan.text)
        run.badFiles.report()
        if isJSON { try StandardOutput.line(JSONValue(fields: [("event", "plan"), ("plan", plan.json)]).text()) }
    }

    /// - Throws: when standard output cannot be written.
    mutating func event(_ event: FineTuningEvent) throws {
        switch event {
        case .phase(let phase):
            bar.clear()
            StandardError.line("")
            StandardError.line(
                StandardError.styled(
                    "\(phase.name): \(phase.epochs) epoch\(phase.epochs == 1 ? "" : "s")", .faint))
            StandardError.line(StandardError.styled(table.header, .faint))
        case .features(let rows, let total):
            guard StandardError.isTerminal else { return }
            StandardError.bar(
                title: "features ", text: " \(rows.grouped)/\(total.grouped)", done: rows, of: max(1, total))
            if rows >= total { StandardError.write("\r\u{1B}[K") }
        case .regression(let model, let validation):
            let score = validation.scores[validation.best]
            StandardError.line(
                "logistic regression: penalty \(model.penalty.significant), chosen by \(validation.folds)-fold cross-validation "
                    + "(accuracy \(score.accuracy.percent)); \(model.iterations) iterations")
        case .step(let step, let epoch, let stepInEpoch, let stepsPerEpoch):
            bar.advance(step, epoch: epoch, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch)
        case .epoch(let metrics, _):
            bar.clear()
            StandardError.line(table.row(metrics))
            if isJSON { try StandardOutput.line(metrics.json.text()) }
        }
    }

    /// Leaves the terminal ready for other output.
    mutating func stop() { bar.clear() }

    /// Reports the results of the run.
    func end(_ run: FineTuningRun, _ outcome: TrainingRun.Outcome) throws {
        let best = outcome.best
        let parameters = run.tuning.plan.stages.reduce(0) { $0 + $1.parameterCount }
        if isJSON {
            var fields: [(String, JSONValue)] = [
                ("event", "end"),
                ("best_val_accuracy", JSONValue(best?.validationAccuracy)),
                ("best_epoch", best.map { .integer($0.epoch) } ?? .null),
            ]
            if let test = outcome.test {
                fields += [("test_accuracy", .number(test.accuracy)), ("test_loss", .number(test.loss))]
            }
            fields += [("out", .string(outcome.folder.path)), ("parameters", .integer(parameters))]
            return try StandardOutput.line(JSONValue(fields: fields).text())
        }
        StandardError.line("")
        if let best {
            let reason = best.validationAccuracy == nil ? "lowest training loss" : "highest validation accuracy"
            try StandardOutput.line("best epoch           \(best.epoch) of \(epochs) (\(reason))")
        }
        if let accuracy = best?.validationAccuracy {
            try StandardOutput.line("validation accuracy  \(accuracy.percent)")
        }
        if let calibration = outcome.calibration {
            try StandardOutput.line(
                "calibration error    \(calibration.after.expectedCalibrationError.percent) there, with the temperature "
                    + calibration.scaling.temperature.text(digits: 3))
        }
        if let test = outcome.test {
            try StandardOutput.line("test accuracy        \(test.accuracy.percent), with the weights of that epoch")
        }
        try StandardOutput.line("run folder           \(outcome.folder.path.onOneLine)")
        StandardError.line("\nclassify a picture:  fovea predict --model \(outcome.folder.path.onOneLine) PICTURE")
    }
}
