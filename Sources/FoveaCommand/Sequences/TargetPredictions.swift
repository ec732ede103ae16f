import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// What a network says of series where that is no class of the whole: numbers, or a class for each step.
struct TargetPredictions {
    fileprivate struct Result {
        let place: SequencePlace
        /// Numbers, or the names of the classes of the steps; those of a forecast by channel.
        let answers: JSONValue
        let text: String
    }

    private var results: [Result] = []

    /// - Parameter inputs: files of series, or tasks that are made up.
    /// - Throws: ``FoveaError`` that names the file and the line, or the example, when a sequence cannot be read or does not fit;
    ///   and when the network writes texts.
    init(_ model: SavedSequenceModel, inputs: [String], on device: Device) async throws {
        guard model.preparation.question != .nextToken else {
            throw FoveaError(
                .usage, "The model says which token comes next; it has nothing to say of a whole text.",
                remedy: "Use `fovea generate`, or `fovea evaluate` for its loss.")
        }
        // The steps after the last window are those to forecast.
        var loading = model.loading
        loading.requiresLabels = false
        let sources = try inputs.map { input in
            let splits = try SequenceData.load(input, options: loading)
            return (input: input, source: splits.test ?? splits.training)
        }
        let model = try model.taking(steps: sources.compactMap { $0.source.longestSequence }.max() ?? 0)
        let predictor = try await Predictor(model, device: device)
        for (input, source) in sources {
            let loader = try DataLoader(
                source, transforms: [model.preparation], batchSize: min(64, source.count),
                order: EpochOrder(seed: 0, isShuffled: false))
            for try await batch in loader {
                let places = batch.indices.map { SequencePlace(input, source, at: $0) }
                try await add(batch, at: places, by: predictor, model)
            }
        }
    }

    private mutating func add(
        _ batch: Batch, at places: [SequencePlace], by predictor: Predictor, _ model: SavedSequenceModel
    ) async throws {
        let outputs = try await predictor.outputs(of: batch)
        if outputs[GraphName.predictions] != nil {
            let numbers = try outputs.tensor(GraphName.predictions).floats
            let count = numbers.count / max(1, places.count)
            for (row, place) in places.enumerated() {
                let own = numbers[row * count..<(row + 1) * count]
                results.append(Result(place, Array(own), forecast: model.forecastNames))
            }
            return
        }
        let logits = try outputs.tensor(GraphName.logits)
        let lengths = try batch.value(named: GraphName.lengths).doubles.map { Int($0) }
        for (place, best) in zip(places, logits.bestClasses(lengths: lengths)) {
            let names = best.map { model.classNames[$0] }
            results.append(
                Result(
                    place: place, answers: .array(names.map(JSONValue.string)),
                    text: names.joined(separator: names.allSatisfy { $0.count == 1 } ? "" : " ")))
        }
    }

    var json: JSONValue {
        .array(
            results.map { JSONValue(fields: $0.place.json + [("predictions", $0.answers)]) })
    }

    var text: String {
        textTable(
            header: ["File", results.first?.place.title ?? "Series", "Prediction"],
            rows: results.map { [$0.place.input.onOneLine, $0.place.text, $0.text] }, rightAligned: [1])
    }
}

extension TargetPredictions.Result {
    /// Numbers, or where channels are forecast the next ones of each.
    fileprivate init(_ place: SequencePlace, _ numbers: [Float], forecast names: [String]) {
        func text(_ numbers: some Sequence<Float>) -> String {
            numbers.map { Double($0).text(significantDigits: 6) }.joined(separator: "  ")
        }
        self.place = place
        guard !names.isEmpty else {
            answers = .array(numbers.map { JSONValue($0) })
            self.text = text(numbers)
            return
        }
        let horizon = numbers.count / names.count
        let channels = names.enumerated().map { ($1, numbers[$0 * horizon..<($0 + 1) * horizon]) }
        answers = JSONValue(fields: channels.map { ($0.0, .array($0.1.map { JSONValue($0) })) })
        self.text = channels.map { names.count == 1 ? text($0.1) : "\($0.0.onOneLine): \(text($0.1))" }
            .joined(separator: "; ")
    }
}
