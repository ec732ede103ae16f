import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// The classes of images, as text and as JSON.
struct PredictionReport {
    private let results: [ImageClassification.Result]
    private let classNames: [String]

    init(_ results: [ImageClassification.Result], classNames: [String]) {
        (self.results, self.classNames) = (results, classNames)
    }

    var json: JSONValue {
        .array(
            results.map { result in
                [
                    "input": .string(result.path),
                    "predictions": .array(
                        result.predictions.map {
                            ["class": .string(classNames[$0.index]), "probability": .number($0.probability)]
                        }),
                ]
            })
    }

    var text: String {
        let ranks = results.first?.predictions.count ?? 0
        return textTable(
            header: ["Image"] + (1...max(1, ranks)).map { $0 == 1 ? "Class" : "or" },
            rows: results.map { result in
                [result.path.onOneLine]
                    + result.predictions.map { "\(classNames[$0.index]) (\($0.probability.percent))" }
            })
    }
}
