import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaTraining

/// A calibration and what it changes, as text and as JSON.
struct CalibrationReport {
    private let calibration: Calibration
    private let part: DataPart
    private let path: String

    /// - Parameters:
    ///   - part: what it was fitted to.
    ///   - path: the file that it was written to.
    init(_ calibration: Calibration, part: DataPart, path: String) {
        (self.calibration, self.part, self.path) = (calibration, part, path)
    }

    var json: JSONValue {
        let scaling = calibration.scaling
        var fields: [(String, JSONValue)] = [
            ("temperature", .number(scaling.temperature)), ("is_at_bound", .boolean(scaling.isAtBound)),
            ("split", .string(part.rawValue)), ("examples", .integer(calibration.examples)),
            ("expected_calibration_error", .number(calibration.after.expectedCalibrationError)),
            ("uncalibrated_expected_calibration_error", .number(calibration.before.expectedCalibrationError)),
            ("loss", .number(scaling.lossAfter)), ("uncalibrated_loss", .number(scaling.lossBefore)),
        ]
        if let threshold = calibration.threshold {
            fields += [
                ("threshold", .number(threshold.probability)), ("wanted_precision", .number(threshold.wantedPrecision)),
                ("coverage", .number(threshold.coverage)), ("precision", .number(threshold.precision)),
            ]
        }
        return JSONValue(fields: fields + [("bins", calibration.after.json), ("path", .string(path))])
    }

    var text: String {
        let scaling = calibration.scaling
        var lines = [
            "temperature        \(scaling.temperature.text(digits: 3)), fitted to \(calibration.examples.grouped) images",
            "calibration error  \(calibration.before.expectedCalibrationError.percent) before, "
                + "\(calibration.after.expectedCalibrationError.percent) after",
            "loss               \(scaling.lossBefore.fourDecimals) before, \(scaling.lossAfter.fourDecimals) after",
        ]
        if let threshold = calibration.threshold {
            lines += [
                "threshold          \(threshold.probability.percent): predict is not sure below it",
                "answers            \(threshold.coverage.percent) of the images, \(threshold.precision.percent) of them right",
            ]
        }
        return (lines + ["written            \(path.onOneLine)"]).joined(separator: "\n")
    }
}

extension Calibration {
    /// Says what makes it doubtful.
    func reportDoubts() {
        if scaling.isAtBound {
            StandardError.notice(
                "the best temperature lies beyond \(scaling.temperature): the answers are all right, or as good as guessed, "
                    + "and say little about how sure the network may be")
        } else if examples < Self.fewestExamples {
            StandardError.notice(
                "\(examples) images hardly determine a temperature; \(Self.fewestExamples) or more would")
        }
    }
}
