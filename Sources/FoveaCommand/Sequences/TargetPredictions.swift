import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// What a network says of series where that is no class of the whole: numbers, or a class for each step.
struct TargetPredictions {
    private struct Result {
        let input: String
        /// The position in the file, counted from 1.
        let number: Int
        /// Numbers, or the names of the classes of the steps.
        let answers: [JSONValue]
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
        let sources = try inputs.map { input in
            let splits = try SequenceData.load(input, options: model.loading)
            return (input: input, source: splits.test ?? splits.training)
        }
        let model = try model.taking(steps: sources.compactMap { $0.source.longestSequence }.max() ?? 0)
        let predictor = try await Predictor(model, device: device)
        for (input, source) in sources {
            let loader = try DataLoader(
                source, transforms: [model.preparation], batchSize: min(64, source.count),
                order: EpochOrder(seed: 0, isShuffled: false))
            for try await batch in loader { try await add(batch, of: input, by: predictor, model) }
        }
    }

    private mutating func add(
        _ batch: Batch, of input: String, by predictor: Predictor, _ model: SavedSequenceModel
    ) async throws {
        var inputs: [String: Tensor] = [:]
        for name in predictor.signature.inputs.names { inputs[name] = try batch.value(named: name) }
        let outputs = try await predictor(inputs)
        if case .numbers(let count) = model.preparation.question {
            let numbers = try outputs.tensor(GraphName.predictions).floats
            for (row, index) in batch.indices.enumerated() {
                let own = numbers[row * count..<(row + 1) * count]
                results.append(
                    Result(
                        input: input, number: index + 1, answers: own.map { JSONValue($0) },
                        text: own.map { Double($0).text(digits: 4) }.joined(separator: "  ")))
            }
            return
        }
        let logits = try outputs.tensor(GraphName.logits)
        let lengths = try batch.value(named: GraphName.lengths).doubles.map { Int($0) }
        for (index, best) in zip(batch.indices, logits.bestClasses(lengths: lengths)) {
            let names = best.map { model.classNames[$0] }
            results.append(
                Result(
                    input: input, number: index + 1, answers: names.map(JSONValue.string),
                    text: names.joined(separator: names.allSatisfy { $0.count == 1 } ? "" : " ")))
        }
    }

    var json: JSONValue {
        .array(
            results.map {
                [
                    "input": .string($0.input), "series": .integer($0.number), "predictions": .array($0.answers),
                ]
            })
    }

    var text: String {
        textTable(
            header: ["File", "Series", "Prediction"],
            rows: results.map { [$0.input.onOneLine, $0.number.grouped, $0.text] }, rightAligned: [1])
    }
}
