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
        for warning in run.preprocessingReport.warnings { StandardError.notice(warning) }
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

    /// Reports the results of the run to people.
    func outcome(_ run: FineTuningRun, _ outcome: TrainingRun.Outcome) throws {
        if !isJSON { try outcomeReport(run, outcome).print(asJSON: false) }
    }

    /// Ends the report: with the results of the run, for programs.
    func end(_ run: FineTuningRun, _ outcome: TrainingRun.Outcome) throws {
        if isJSON { return try outcomeReport(run, outcome).print(asJSON: true) }
        StandardError.line("\nclassify a picture:  fovea predict --model \(outcome.folder.path.onOneLine) PICTURE")
    }

    private func outcomeReport(_ run: FineTuningRun, _ outcome: TrainingRun.Outcome) -> OutcomeReport {
        OutcomeReport(
            outcome: outcome, epochs: epochs,
            parameterCount: run.tuning.plan.stages.reduce(0) { $0 + $1.parameterCount },
            files: run.splits.files?.json, badFiles: run.badFiles)
    }
}

// The learning curve.
extension FineTuningReport {
    /// A training on a part of the images begins.
    mutating func part(_ part: NestedSubset) {
        bar = ProgressBar(epochs: epochs)
        StandardError.line(
            StandardError.styled("\nlearning curve: \(part.name), \(part.examples.count.grouped) images", .faint))
    }

    /// Shows the progress of a training on a part of the images.
    mutating func partEvent(_ event: FineTuningEvent) {
        guard case .step(let step, let epoch, let stepInEpoch, let stepsPerEpoch) = event else { return }
        bar.advance(step, epoch: epoch, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch)
    }

    /// A training on a part of the images has been measured.
    mutating func point(_ part: NestedSubset, _ curve: LearningCurveReport) throws {
        bar.clear()
        guard let point = curve.curve.points.first(where: { $0.part == part.name }) else { return }
        StandardError.line("accuracy \(point.accuracy.percent)")
        if isJSON { try StandardOutput.line(LearningCurveReport.json(point).text()) }
    }

    /// The whole curve.
    func curve(_ curve: LearningCurveReport) throws {
        try StandardOutput.line(isJSON ? curve.json.text() : "\n\(curve.text)")
    }
}
