import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// The results of a contest of two networks, as text and as JSON.
struct SequenceContestReport {
    let data: DataSplits
    let problem: SequenceZoo.Problem
    let recipe: ContestRecipe
    let pair: MatchedPair
    let figures: [ContestFigures]
    let results: [SequenceContest.Result]
    /// The accuracy of always giving the most frequent class of the training part.
    let majority: Double

    /// The first network's accuracy minus the second's.
    var difference: StudentInterval? { results.difference(of: 0, and: 1) }

    /// Which network is better; only where the interval of the difference excludes 0.
    var verdict: String {
        guard let difference, difference.halfWidth.isFinite else {
            return "no verdict: too few trainings came to their end"
        }
        if difference.lower > 0 { return "\(results[0].name) is better" }
        if difference.upper < 0 { return "\(results[1].name) is better" }
        return "no difference shown"
    }

    var text: String {
        let table = textTable(
            header: [""] + results.map { name(of: $0) } + ["majority"], rows: rows, rightAligned: [1, 2, 3])
        return [
            dataText, recipeText, "", table, "", differenceText,
        ].joined(separator: "\n")
    }

    /// `cnn1d (CNN)`
    private func name(of result: SequenceContest.Result) -> String {
        let isRecurrent = SequenceZoo.entry(named: result.name)?.isRecurrent == true
        return "\(result.name) (\(isRecurrent ? "RNN" : "CNN"))"
    }

    var dataText: String {
        let channels =
            problem.channels.map { "\($0) channel\($0 == 1 ? "" : "s"), " }
            ?? "\((problem.tokens ?? 0).grouped) tokens, "
        return "data    \(data.training.name.onOneLine): \(data.training.count.grouped) training, "
            + "\((data.test?.count ?? 0).grouped) test; \(channels)up to \(problem.steps.grouped) steps, \(problem.answer.width) classes"
    }

    var recipeText: String {
        let rates = recipe.learningRates.map { "\($0)" }.joined(separator: ", ")
        return "recipe  \(recipe.epochs) epochs of batches of \(recipe.batchSize), AdamW with one cycle, weight decay "
            + "\(recipe.weightDecay), gradients clipped to \(recipe.clipNorm)\n"
            + "        learning rate the best of \(rates) on \((recipe.heldOut * 100).text(digits: 0)) % of the training part "
            + "(\(recipe.tuningSeeds.count) seeds each); then \(recipe.seeds.count) seeds on all of it"
    }

    /// The rows of the table: a title, and a cell for each network and the baseline.
    var rows: [[String]] {
        func row(_ title: String, _ cell: (Int) -> String, baseline: String = "") -> [String] {
            [title] + results.indices.map(cell) + [baseline]
        }
        return [
            row("test accuracy, mean ± 95 %", { accuracyText($0) }, baseline: majority.percent),
            row("trainings that diverged") { "\(results[$0].divergences) of \(results[$0].runs.count)" },
            row("learning rate") { "\(results[$0].learningRate)" },
            row("width") { pair.widths[$0].grouped },
            row("parameters") { figures[$0].parameters.grouped },
            row("multiply-adds, one sequence") { figures[$0].multiplyAdds.grouped },
            row("steps that a filter sees") { sight(figures[$0]) },
            row("seconds per epoch") { mean(results[$0].runs.map(\.secondsPerEpoch)).text(digits: 3) },
            row("seconds to \((recipe.targetAccuracy * 100).text(digits: 0)) % in training") {
                timeToTarget(results[$0])
            },
            row("memory of a training step") { figures[$0].trainingByteCount.map(byteCountText) ?? "–" },
            row("milliseconds, one sequence") { (figures[$0].secondsPerSequence * 1000).text(digits: 3) },
            row("milliseconds, one more step") {
                figures[$0].secondsPerStep.map { ($0 * 1000).text(digits: 4) } ?? "–"
            },
        ]
    }

    private func accuracyText(_ index: Int) -> String {
        guard let accuracy = results[index].accuracy else { return "–" }
        guard accuracy.halfWidth.isFinite else { return accuracy.mean.percent }
        return "\((accuracy.mean * 100).text(digits: 2)) ± \((accuracy.halfWidth * 100).text(digits: 2)) %"
    }

    private func sight(_ figures: ContestFigures) -> String {
        guard let field = figures.receptiveField else { return "all before" }
        return field >= problem.steps ? "all \(problem.steps)" : "\(field) of \(problem.steps)"
    }

    private func timeToTarget(_ result: SequenceContest.Result) -> String {
        let times = result.runs.compactMap(\.secondsToTarget)
        guard !times.isEmpty else { return "not reached" }
        let missing = result.runs.count - times.count
        return mean(times).text(digits: 2) + (missing > 0 ? " (\(missing) did not)" : "")
    }

    var differenceText: String {
        guard let difference, difference.halfWidth.isFinite else { return verdict }
        return "\(results[0].name) − \(results[1].name), seed by seed: "
            + "\(signed(difference.mean)) points, 95 % interval \(signed(difference.lower)) to \(signed(difference.upper)): "
            + verdict
    }

    private func signed(_ fraction: Double) -> String {
        (fraction < 0 ? "−" : "+") + (abs(fraction) * 100).text(digits: 2)
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}

// MARK: JSON

extension SequenceContestReport {
    var json: JSONValue {
        [
            "data": .string(data.training.name), "steps": .integer(problem.steps),
            "classes": .integer(problem.answer.width),
            "recipe": [
                "epochs": .integer(recipe.epochs), "batch_size": .integer(recipe.batchSize),
                "optimizer": "adamw", "schedule": "one-cycle", "weight_decay": .number(recipe.weightDecay),
                "clip_norm": .number(recipe.clipNorm), "held_out": .number(recipe.heldOut),
                "learning_rates": .array(recipe.learningRates.map(JSONValue.number)),
            ],
            "models": .array(results.indices.map(model)),
            "majority": .number(majority),
            "difference": difference.map { .init(fields: fields(of: $0)) } ?? .null,
            "verdict": .string(verdict),
        ]
    }

    private func fields(of interval: StudentInterval) -> [(String, JSONValue)] {
        [
            ("mean", .number(interval.mean)),
            (
                "interval",
                interval.halfWidth.isFinite
                    ? .array([.number(interval.lower), .number(interval.upper)]) : .null
            ),
        ]
    }

    private func model(_ index: Int) -> JSONValue {
        let (result, figures) = (results[index], figures[index])
        let fields: [(String, JSONValue)] = [
            ("name", .string(result.name)), ("width", .integer(pair.widths[index])),
            ("parameters", .integer(figures.parameters)), ("multiply_adds", .integer(figures.multiplyAdds)),
            ("receptive_field", figures.receptiveField.map(JSONValue.integer) ?? .null),
            ("training_bytes", figures.trainingByteCount.map(JSONValue.integer) ?? .null),
            ("seconds_per_sequence", .number(figures.secondsPerSequence)),
            ("seconds_per_step", figures.secondsPerStep.map(JSONValue.number) ?? .null),
            ("learning_rate", .number(result.learningRate)),
            (
                "tuning",
                .array(
                    result.tuning.map { ["learning_rate": .number($0.learningRate), "accuracy": number($0.accuracy)] })
            ),
            ("accuracy", result.accuracy.map { .init(fields: self.fields(of: $0)) } ?? .null),
            ("divergences", .integer(result.divergences)),
            ("runs", .array(result.runs.map(run))),
        ]
        return JSONValue(fields: fields)
    }

    private func run(_ run: ContestRun) -> JSONValue {
        [
            "seed": .integer(Int(run.seed)), "accuracy": number(run.accuracy),
            "seconds_per_epoch": .number(run.secondsPerEpoch), "seconds_to_target": number(run.secondsToTarget),
            "loss": .array(run.curve.map { .number($0.loss) }),
            "train_accuracy": .array(run.curve.map { .number($0.accuracy) }),
        ]
    }

    private func number(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
}
