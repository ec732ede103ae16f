import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// Which of several runs is better, as text and as JSON.
struct ComparisonReport {
    private let compared: ComparedRuns
    private let part: DataPart
    private let sheet: String?
    private var comparison: Comparison { compared.comparison }

    /// - Parameter sheet: the file of images on which the runs disagree, if one was written.
    init(_ compared: ComparedRuns, part: DataPart, sheet: String?) {
        (self.compared, self.part, self.sheet) = (compared, part, sheet)
    }

    var json: JSONValue {
        let runs = zip(compared.runs, comparison.scores).map { run, score -> JSONValue in
            [
                "run": .string(run.path), "model": .string(run.architecture), "accuracy": .number(score.accuracy),
                "interval": [.number(score.interval.lower), .number(score.interval.upper)],
                "right": .integer(score.right),
            ]
        }
        let tests = comparison.pairs.map { pair -> JSONValue in
            [
                "first": .string(path(pair.first)), "second": .string(path(pair.second)),
                "only_first_right": .integer(pair.test.onlyFirst), "only_second_right": .integer(pair.test.onlySecond),
                "both_right": .integer(pair.bothRight), "both_wrong": .integer(pair.bothWrong),
                "p_value": .number(pair.test.pValue), "adjusted_p_value": .number(pair.adjustedPValue),
                "is_significant": .boolean(pair.isSignificant),
            ]
        }
        var disagreements: [(String, JSONValue)] = [("count", .integer(comparison.disagreements.count))]
        if let sheet { disagreements.append(("path", .string(sheet))) }
        return [
            "split": .string(part.rawValue), "count": .integer(comparison.count), "runs": .array(runs),
            "tests": .array(tests), "verdict": .string(verdict),
            "disagreements": JSONValue(fields: disagreements),
        ]
    }

    var text: String {
        let written = sheet.map { ["written: \($0.onOneLine)"] } ?? []
        return ([runs, tests, verdict, disagreements] + written).joined(separator: "\n\n")
    }

    private func path(_ run: Int) -> String { compared.runs[run].path }

    private var runs: String {
        textTable(
            header: ["run", "network", "accuracy", "95 % interval", "images"],
            rows: zip(compared.runs, comparison.scores).map { run, score in
                [
                    run.path, run.architecture, score.accuracy.percent,
                    "\(score.interval.lower.percent) to \(score.interval.upper.percent)", comparison.count.grouped,
                ]
            }, rightAligned: [2, 3, 4])
    }

    private var tests: String {
        textTable(
            header: [
                "first", "second", "both right", "only first", "only second", "both wrong", "p", "p of all pairs",
            ],
            rows: comparison.pairs.map { pair in
                [
                    path(pair.first), path(pair.second), pair.bothRight.grouped, pair.test.onlyFirst.grouped,
                    pair.test.onlySecond.grouped, pair.bothWrong.grouped, pair.test.pValue.probability,
                    pair.adjustedPValue.probability,
                ]
            }, rightAligned: [2, 3, 4, 5, 6, 7])
    }

    private var disagreements: String {
        let (count, all) = (comparison.disagreements.count, comparison.count)
        return "\(count.grouped) of \(all.grouped) images get different answers"
    }

    /// A sentence for each pair.
    private var verdict: String {
        comparison.pairs.map { pair in
            let isFirstBetter = pair.test.onlyFirst >= pair.test.onlySecond
            let (better, worse) = isFirstBetter ? (pair.first, pair.second) : (pair.second, pair.first)
            let points = (comparison.scores[better].accuracy - comparison.scores[worse].accuracy) * 100
            let value = pair.adjustedPValue.probability
            let chance = value.hasPrefix("<") ? "p \(value)" : "p = \(value)"
            if pair.isSignificant {
                return
                    "\(quoted(path(better))) is better than \(quoted(path(worse))) by \(points.text(digits: 2)) points (\(chance))."
            }
            return points == 0
                ? "\(quoted(path(better))) and \(quoted(path(worse))) are right equally often."
                : "\(quoted(path(better))) is right more often than \(quoted(path(worse))) by \(points.text(digits: 2)) points, "
                    + "which may be chance (\(chance))."
        }.joined(separator: "\n")
    }
}

extension Double {
    /// A p-value: `0.0312`, or `< 0.0001`.
    fileprivate var probability: String { self < 0.0001 ? "< 0.0001" : text(digits: 4) }
}
