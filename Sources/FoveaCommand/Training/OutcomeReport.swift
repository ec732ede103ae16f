import FoveaFormats
import FoveaFoundation
import FoveaTraining

/// The results of a training or a fine-tuning, as text and as the last line of `--json`.
struct OutcomeReport {
    let outcome: TrainingRun.Outcome
    let epochs: Int
    let parameterCount: Int
    let files: JSONValue?
    let badFiles: BadFileRecord

    /// - Throws: when standard output cannot be written.
    func print(asJSON: Bool) throws {
        if asJSON { return try StandardOutput.line(json.text()) }
        StandardError.line("")
        if badFiles.laterCount > 0 {
            let count = badFiles.laterCount
            StandardError.line(
                count == 1
                    ? "1 file that was found could not be read, and was left out\n"
                    : "\(count.grouped) files that were found could not be read, and were left out\n")
        }
        let best = outcome.best
        if let best {
            let reason =
                best.validationAccuracy != nil
                ? "highest validation accuracy"
                : best.validationLoss != nil ? "lowest validation loss" : "lowest training loss"
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
        if let test = outcome.targets {
            for figure in test.figures {
                let gap = String(repeating: " ", count: max(1, 16 - figure.name.count))
                try StandardOutput.line("test \(figure.name)\(gap)\(figure.text)")
            }
        }
        try StandardOutput.line("run folder           \(outcome.folder.path.onOneLine)")
    }

    private var json: JSONValue {
        var fields: [(String, JSONValue)] = [
            ("event", "end"),
            ("best_val_accuracy", JSONValue(outcome.best?.validationAccuracy)),
            ("best_epoch", outcome.best.map { .integer($0.epoch) } ?? .null),
        ]
        if let test = outcome.test {
            fields += [("test_accuracy", .number(test.accuracy)), ("test_loss", .number(test.loss))]
        }
        if let test = outcome.targets { fields += test.figures.map { ("test_\($0.key)", .number($0.value)) } }
        if let files { fields += [("files", files), ("unreadable_later", .integer(badFiles.laterCount))] }
        fields += [("out", .string(outcome.folder.path)), ("parameters", .integer(parameterCount))]
        return JSONValue(fields: fields)
    }
}
