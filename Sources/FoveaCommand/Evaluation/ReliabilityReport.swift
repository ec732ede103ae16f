import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// How far a network's probabilities can be believed, as text and as JSON.
struct ReliabilityReport {
    private let evaluation: Evaluation

    init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    var json: JSONValue {
        var fields: [(String, JSONValue)] = [
            ("temperature", evaluation.calibration.map { .number($0.temperature) } ?? .null),
            ("expected_calibration_error", .number(evaluation.reliability.expectedCalibrationError)),
            (
                "uncalibrated_expected_calibration_error",
                .number(evaluation.uncalibratedReliability.expectedCalibrationError)
            ),
        ]
        if let threshold = evaluation.calibration?.threshold, let given = evaluation.givenAnswers {
            fields += [
                ("threshold", .number(threshold.probability)), ("wanted_precision", .number(threshold.precision)),
                ("coverage", .number(evaluation.coverage)),
                ("precision", given.count > 0 ? .number(given.precision) : .null),
            ]
        }
        fields.append(("bins", evaluation.reliability.json))
        return JSONValue(fields: fields)
    }

    /// The calibration error, and what the threshold comes to.
    var figures: String {
        var lines = ["calibration error  \(evaluation.reliability.expectedCalibrationError.percent)"]
        if let temperature = evaluation.calibration?.temperature {
            let before = evaluation.uncalibratedReliability.expectedCalibrationError.percent
            lines[0] += " (\(before) without the temperature \(temperature.text(digits: 3)))"
        }
        if let threshold = evaluation.calibration?.threshold, let given = evaluation.givenAnswers {
            let right = given.count > 0 ? ", \(given.precision.percent) of them right" : ""
            lines.append(
                "answers            \(evaluation.coverage.percent) of the images\(right) (from \(threshold.probability.percent) "
                    + "on, for a precision of \(threshold.precision.percent))")
        }
        return lines.joined(separator: "\n")
    }

    /// A row for each bin that has answers.
    var table: String {
        let rows = evaluation.reliability.bins.filter { $0.count > 0 }.map { bin in
            [
                "\(bin.range.lowerBound.text(digits: 3)) to \(bin.range.upperBound.text(digits: 3))", bin.count.grouped,
                bin.confidence.percent, bin.accuracy.percent,
                "\(bin.accuracy < bin.confidence ? "" : "+")\((bin.accuracy - bin.confidence).percent)",
            ]
        }
        return textTable(
            header: ["probability", "images", "mean", "right", "difference"], rows: rows,
            rightAligned: [1, 2, 3, 4])
    }
}

extension Evaluation {
    /// The fraction of images whose answer reaches the threshold.
    var coverage: Double { Double(givenAnswers?.count ?? 0) / Double(max(1, count)) }
}

extension Reliability {
    /// All bins, in order.
    var json: JSONValue {
        .array(
            bins.map { bin in
                [
                    "from": .number(bin.range.lowerBound), "to": .number(bin.range.upperBound),
                    "count": .integer(bin.count), "confidence": bin.count > 0 ? .number(bin.confidence) : .null,
                    "accuracy": bin.count > 0 ? .number(bin.accuracy) : .null,
                ]
            })
    }
}
