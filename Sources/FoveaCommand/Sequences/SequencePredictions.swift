import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// The classes of the series or texts in some files, as text and as JSON.
struct SequencePredictions {
    private struct Result {
        let place: SequencePlace
        /// Nil for series.
        let text: String?
        let predictions: [Prediction]
    }

    private var results: [Result] = []
    private let classNames: [String]
    /// The longest text that a table shows.
    private static let maximumTextLength = 40

    /// - Parameters:
    ///   - inputs: files; for a network over texts also texts themselves.
    ///   - limit: the number of classes of each sequence.
    /// - Throws: ``FoveaError`` that names the file and the line, or the example, when a sequence cannot be read or does not fit.
    init(
        _ model: SavedSequenceModel, inputs: [String], limit: Int, on device: Device
    ) async throws {
        classNames = model.classNames
        let sources = try inputs.map { (input: $0, source: try Self.source($0, for: model)) }
        let model = try model.taking(steps: sources.compactMap { $0.source.longestSequence }.max() ?? 0)
        let predictor = try await Predictor(model, device: device)
        for (input, source) in sources {
            let texts = (source as? TextSet)?.texts
            let loader = try DataLoader(
                source, transforms: [model.preparation], batchSize: min(64, source.count),
                order: EpochOrder(seed: 0, isShuffled: false))
            for try await batch in loader {
                let predictions = try await predictor.logits(of: batch).predictions(limit: limit)
                for (index, predictions) in zip(batch.indices, predictions) {
                    results.append(
                        Result(
                            place: SequencePlace(input, source, at: index), text: texts?[index],
                            predictions: predictions))
                }
            }
        }
    }

    /// The sequences of a file; for a network over texts its lines, or the input itself where it names no file.
    private static func source(
        _ input: String, for model: SavedSequenceModel
    ) throws -> any ExampleSource {
        guard let kind = model.preparation.vocabulary?.kind else {
            var loading = model.loading
            // Labels, where there are some, may be others than the model's.
            loading.classes = nil
            return try SequenceData.load(input, options: loading).training
        }
        if FileKind(at: input) == .regularFile { return try SequenceData.texts(ofLinesIn: input, tokens: kind) }
        guard FileKind(at: input) == nil, !input.utf8.contains(UInt8(ascii: "/")), input.fileExtension != "txt" else {
            throw FoveaError(
                .missingInput, "There is no file \(quoted(input)).",
                remedy: "Give a file with a text on each line, or a text itself.")
        }
        return try TextSet(name: input, texts: [input], tokens: kind)
    }

    var json: JSONValue {
        .array(
            results.map { result in
                let predictions = result.predictions.map { prediction -> JSONValue in
                    ["class": .string(classNames[prediction.index]), "probability": .number(prediction.probability)]
                }
                let place: [(String, JSONValue)] =
                    result.text.map { [("input", .string(result.place.input)), ("text", .string($0))] }
                    ?? result.place.json
                return JSONValue(fields: place + [("predictions", .array(predictions))])
            })
    }

    var text: String {
        let ranks = results.first?.predictions.count ?? 0
        let isText = results.first?.text != nil
        return textTable(
            header: (isText ? ["Text"] : ["File", results.first?.place.title ?? "Series"])
                + (1...max(1, ranks)).map { $0 == 1 ? "Class" : "or" },
            rows: results.map { result in
                (result.text.map { [Self.shortened($0)] } ?? [result.place.input.onOneLine, result.place.text])
                    + result.predictions.map { "\(classNames[$0.index]) (\($0.probability.percent))" }
            }, rightAligned: isText ? [] : [1])
    }

    private static func shortened(_ text: String) -> String {
        (text.count > maximumTextLength ? "\(text.prefix(maximumTextLength - 1))…" : text).onOneLine
    }
}
