import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// The classes of images, as text and as JSON.
struct PredictionReport {
    private let results: [ImageClassification.Result]
    private let classNames: [String]
    /// The probability below which the network is not sure; nil where it always answers.
    private let threshold: Double?

    init(_ results: [ImageClassification.Result], of model: SavedModel) {
        (self.results, classNames) = (results, model.classNames)
        threshold = model.calibration?.threshold?.probability
    }

    private func isUncertain(_ result: ImageClassification.Result) -> Bool {
        threshold.map { (result.predictions.first?.probability ?? 0) < $0 } ?? false
    }

    var json: JSONValue {
        .array(
            results.map { result in
                let predictions = result.predictions.map { prediction -> JSONValue in
                    ["class": .string(classNames[prediction.index]), "probability": .number(prediction.probability)]
                }
                let fields: [(String, JSONValue)] = [
                    ("input", .string(result.path)), ("predictions", .array(predictions)),
                ]
                let certainty = threshold.map { _ in [("uncertain", JSONValue.boolean(isUncertain(result)))] }
                return JSONValue(fields: fields + (certainty ?? []))
            })
    }

    var text: String {
        let ranks = results.first?.predictions.count ?? 0
        return textTable(
            header: ["Image"] + (1...max(1, ranks)).map { $0 == 1 ? "Class" : "or" },
            rows: results.map { result in
                let classes = result.predictions.map { "\(classNames[$0.index]) (\($0.probability.percent))" }
                let best = classes.first.map { isUncertain(result) ? "not sure: \($0)" : $0 }
                return [result.path.onOneLine] + (best.map { [$0] } ?? []) + classes.dropFirst()
            })
    }
}
