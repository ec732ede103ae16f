import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// The classes of the series in some files, as text and as JSON.
struct SequencePredictions {
    private let results: [(file: String, number: Int, predictions: [Prediction])]
    private let classNames: [String]

    /// - Parameter limit: the number of classes of each series.
    /// - Throws: ``FoveaError`` that names the file and the line, or the example, when a series cannot be read or does not fit.
    init(
        _ model: SavedSequenceModel, files: [String], limit: Int, on device: Device
    ) async throws {
        classNames = model.classNames
        var results: [(file: String, number: Int, predictions: [Prediction])] = []
        let sources = try files.map { file in
            (file, try SequenceData.load(file, options: .init(missing: model.preparation.missing)).training)
        }
        let model = try model.taking(steps: sources.compactMap { $0.1.longestSequence }.max() ?? 0)
        let predictor = try await Predictor(model, device: device)
        for (file, source) in sources {
            let loader = try DataLoader(
                source, transforms: [model.preparation], batchSize: min(64, source.count),
                order: EpochOrder(seed: 0, isShuffled: false))
            for try await batch in loader {
                let predictions = try await predictor.logits(of: batch).predictions(limit: limit)
                for (index, predictions) in zip(batch.indices, predictions) {
                    results.append((file, index + 1, predictions))
                }
            }
        }
        self.results = results
    }

    var json: JSONValue {
        .array(
            results.map { result in
                let predictions = result.predictions.map { prediction -> JSONValue in
                    ["class": .string(classNames[prediction.index]), "probability": .number(prediction.probability)]
                }
                return [
                    "input": .string(result.file), "series": .integer(result.number),
                    "predictions": .array(predictions),
                ]
            })
    }

    var text: String {
        let ranks = results.first?.predictions.count ?? 0
        return textTable(
            header: ["File", "Series"] + (1...max(1, ranks)).map { $0 == 1 ? "Class" : "or" },
            rows: results.map { result in
                [result.file.onOneLine, result.number.grouped]
                    + result.predictions.map { "\(classNames[$0.index]) (\($0.probability.percent))" }
            }, rightAligned: [1])
    }
}
