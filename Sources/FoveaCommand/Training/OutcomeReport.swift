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
        for line in lines { try StandardOutput.line(line) }
    }

    /// Titles and what belongs to them, in two columns.
    private var lines: [String] {
        var rows: [(title: String, text: String)] = []
        let best = outcome.best
        if let best {
            let reason =
                best.validationAccuracy != nil
                ? "highest validation accuracy"
                : best.validationLoss != nil ? "lowest validation loss" : "lowest training loss"
            rows.append(("best epoch", "\(best.epoch) of \(epochs) (\(reason))"))
        }
        if let accuracy = best?.validationAccuracy {
            rows.append(("validation accuracy", accuracy.percent))
        }
        if let calibration = outcome.calibration {
            rows.append(
                (
                    "calibration error",
                    "\(calibration.after.expectedCalibrationError.percent) there, with the temperature "
                        + calibration.scaling.temperature.text(digits: 3)
                ))
        }
        if let test = outcome.test {
            rows.append(("test accuracy", "\(test.accuracy.percent), with the weights of that epoch"))
        }
        if let test = outcome.targets {
            rows += test.figures.map { ("test \($0.name.onOneLine)", $0.text) }
        }
        rows.append(("run folder", outcome.folder.path.onOneLine))
        let width = rows.reduce(19) { max($0, $1.title.count) }
        return rows.map { $0.title.padded(to: width) + "  " + $0.text }
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
