import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// The results of an evaluation, as text and as JSON.
struct EvaluationReport {
    private let evaluation: Evaluation
    private let part: DataPart
    /// A table of more classes does not fit a screen.
    private static let maximumTableClasses = 20

    /// What an example is.
    private let noun: String

    /// - Parameter part: what was measured.
    init(_ evaluation: Evaluation, part: DataPart, of noun: String = "image") {
        (self.evaluation, self.part, self.noun) = (evaluation, part, noun)
    }

    var json: JSONValue {
        var fields: [(String, JSONValue)] = [("accuracy", .number(evaluation.accuracy))]
        if let topFive = evaluation.topFiveAccuracy { fields.append(("top5_accuracy", .number(topFive))) }
        fields += [
            ("macro_f1", .number(evaluation.macroF1)),
            ("loss", .number(evaluation.loss)),
            ("count", .integer(evaluation.count)),
            (
                "per_class",
                .array(
                    evaluation.perClass.map {
                        [
                            "class": .string($0.name), "precision": .number($0.precision), "recall": .number($0.recall),
                            "f1": .number($0.f1), "support": .integer($0.support),
                        ]
                    })
            ),
            ("confusion", .array(evaluation.confusion.map { .array($0.map(JSONValue.integer)) })),
            ("calibration", calibration.json), ("split", .string(part.rawValue)),
        ]
        return JSONValue(fields: fields)
    }

    var text: String {
        var sections = [figures, classes]
        if evaluation.classNames.count <= Self.maximumTableClasses { sections.append(confusion) }
        if let mistakes { sections.append(mistakes) }
        sections.append(calibration.table)
        return sections.joined(separator: "\n\n")
    }

    private var figures: String {
        [
            "accuracy  \(evaluation.accuracy.percent)",
            evaluation.topFiveAccuracy.map { "top 5     \($0.percent)" },
            "macro F1  \(evaluation.macroF1.percent)",
            "loss      \(evaluation.loss.fourDecimals)",
            "\(noun)s\(String(repeating: " ", count: max(1, 9 - noun.count)))\(evaluation.count.grouped)",
            "",
            calibration.figures,
        ].compactMap { $0 }.joined(separator: "\n")
    }

    private var calibration: ReliabilityReport { ReliabilityReport(evaluation) }

    private var classes: String {
        textTable(
            header: ["class", "precision", "recall", "f1", "\(noun)s"],
            rows: evaluation.perClass.map {
                [$0.name, $0.precision.percent, $0.recall.percent, $0.f1.percent, $0.support.grouped]
            }, rightAligned: [1, 2, 3, 4])
    }

    private var confusion: String {
        // Short names, so that the table stays narrow.
        let names = evaluation.classNames.map { $0.count > 8 ? String($0.prefix(7)) + "…" : $0 }
        let rows = zip(names, evaluation.confusion).map { name, row in [name] + row.map { $0 == 0 ? "·" : $0.grouped } }
        return "rows: true class, columns: predicted class\n"
            + textTable(header: [""] + names, rows: rows, rightAligned: Set(1...max(1, names.count)))
    }

    /// The pairs that are confused most often.
    private var mistakes: String? {
        let names = evaluation.classNames.map(\.onOneLine)
        let pairs = evaluation.confusion.enumerated().flatMap { actual, row in
            row.enumerated().filter { $0.offset != actual && $0.element > 0 }
                .map { (text: "\(names[actual]) called \(names[$0.offset])", count: $0.element) }
        }
        guard !pairs.isEmpty else { return nil }
        let worst = pairs.sorted { $0.count > $1.count }.prefix(5)
        return "most frequent mistakes: " + worst.map { "\($0.text) (\($0.count.grouped)×)" }.joined(separator: ", ")
    }
}
