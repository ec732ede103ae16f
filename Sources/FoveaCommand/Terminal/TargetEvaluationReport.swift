import FoveaData
import FoveaFoundation
import FoveaFormats
import FoveaRuntime
import FoveaTraining

/// The results of measuring a network that gives numbers, or a class for each step.
struct TargetEvaluationReport {
    let evaluation: TargetEvaluation
    let part: DataPart

    var json: JSONValue {
        JSONValue(
            fields: evaluation.figures.map { ($0.key, .number($0.value)) }
                + [("count", .integer(evaluation.count)), ("split", .string(part.rawValue))])
    }

    var text: String {
        let rows = evaluation.figures.map { ($0.name, $0.text) } + [("sequences", evaluation.count.grouped)]
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { "\($0.0)\(String(repeating: " ", count: width - $0.0.count + 2))\($0.1)" }
            .joined(separator: "\n")
    }
}

extension TargetEvaluation.Figure {
    /// A fraction in percent, another number with four significant digits.
    var text: String { isFraction ? value.percent : value.text(significantDigits: 4) }
}
