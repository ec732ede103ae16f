import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// The plan of a fine-tuning in words and numbers.
struct FineTuningPlanText {
    private let run: FineTuningRun
    private let cost: FineTuningCost

    init(_ run: FineTuningRun) async throws {
        self.run = run
        cost = try await run.tuning.cost(
            run.splits.training, validation: run.splits.validation, sample: run.sample, stored: run.stored,
            on: run.device)
    }

    private var plan: FineTuningPlan { run.tuning.plan }

    var text: String {
        let preprocessing = run.tuning.preprocessing
        let parts = [
            "\(run.splits.training.count.grouped) training",
            run.splits.validation.map { "\($0.count.grouped) validation" },
            run.splits.test.map { "\($0.count.grouped) test" },
        ].compactMap { $0 }
        var lines = [
            "model    \(run.base.entry.name), weights of \(quoted(run.base.weightsPath))",
            "data     \(run.splits.training.name.onOneLine): \(parts.joined(separator: ", ")) images",
        ]
        if let files = run.splits.files { lines.append("         \(files.text)") }
        lines += [
            "images   \(preprocessing.channels)×\(preprocessing.height)×\(preprocessing.width), standardized as \(run.base.origin)"
        ]
        if run.convertsChannels {
            lines.append(
                preprocessing.channels == 3
                    ? "         the images are grey: each is given three equal channels"
                    : "         the images are in colour: each becomes its luminance")
        }
        lines += [
            "head     \(headText)",
            "device   \(run.device.backend.name): \(run.device.backend.summary)",
            "cost     \(costText)",
        ]
        if let curve {
            let counts = run.curveParts.map(\.examples.count.grouped).joined(separator: ", ")
            lines.append("curve    \(counts) training images too, about \(Float(curve.seconds).duration) more")
        }
        lines += [
            "",
            textTable(
                header: ["stage", "parameters"] + plan.phases.map(Self.title),
                rows: plan.stages.indices.map(row), rightAligned: [1]),
        ]
        if let legend { lines.append(legend) }
        return lines.joined(separator: "\n")
    }

    private var headText: String {
        let classes = run.splits.training.classNames.count
        let new = "\(run.tuning.recipe.head.rawValue), for the \(classes) classes of the data"
        guard let former = plan.formerHead?.dimensions.first else { return "\(new); the weights had none" }
        return "\(new), instead of one for \(former.grouped)"
    }

    private var costText: String {
        let memory = cost.byteCount.map { ", \(byteCountText($0)) of memory" } ?? ""
        return "about \(Float(cost.seconds).duration)\(memory)\(featureText)"
    }

    /// `; features of 4.1 MB, 1,900 of 2,022 from the cache`
    private var featureText: String {
        guard cost.featureByteCount > 0 else { return "" }
        let (stored, count) = (cost.storedFeatureCount, cost.featureCount)
        let origin = stored > 0 ? "\(stored.grouped) of \(count.grouped) from the cache" : "computed once"
        return "; features of \(byteCountText(cost.featureByteCount)), \(origin)"
    }

    /// The learning curve: its parts, and the time that they take.
    private var curve: (json: JSONValue, seconds: Double)? {
        guard !run.curveParts.isEmpty else { return nil }
        let validation = Double(run.splits.validation?.count ?? 0) * cost.secondsPerValidationExample
        let seconds = run.curveParts.reduce(0) {
            $0 + Double($1.examples.count) * cost.secondsPerTrainingExample + validation
        }
        let parts = run.curveParts.map { part -> JSONValue in
            ["part": .string(part.name), "images": .integer(part.examples.count)]
        }
        return (["parts": .array(parts), "seconds": .number(seconds)], seconds)
    }

    private static func title(_ phase: FineTuningPhase) -> String {
        "\(phase.name), \(phase.epochs) epoch\(phase.epochs == 1 ? "" : "s")"
    }

    private func row(_ index: Int) -> [String] {
        let stage = plan.stages[index]
        return [stage.name, stage.parameterCount.grouped] + plan.phases.map { Self.cell($0.treatments[index]) }
    }

    private static func cell(_ treatment: FineTuningPhase.Treatment) -> String {
        let statistics: String? =
            switch treatment.batchNormalization {
            case .batch?: "batch statistics"
            case .mixed?: "some statistics frozen"
            case .frozen?: treatment.learningRate == nil ? "with its statistics" : "statistics frozen"
            case nil: nil
            }
        let training = treatment.learningRate.map { "rate \($0.significant)" } ?? "frozen"
        return [training, statistics].compactMap { $0 }.joined(separator: ", ")
    }

    /// Explains frozen statistics, where there are any.
    private var legend: String? {
        plan.phases.contains { $0.treatments.contains { $0.batchNormalization == .frozen } }
            ? "\nA frozen batch normalization normalizes with the running statistics of the weights, which do not move."
            : nil
    }

    var json: JSONValue {
        let preprocessing = run.tuning.preprocessing
        let fields: [(String, JSONValue)] = [
            ("model", .string(run.base.entry.name)),
            ("weights", .string(run.base.weightsPath)),
            ("classes", .array(run.splits.training.classNames.map(JSONValue.string))),
            (
                "input",
                .array([preprocessing.channels, preprocessing.height, preprocessing.width].map(JSONValue.integer))
            ),
            ("mean", .array(preprocessing.mean.map { JSONValue($0) })),
            ("standard_deviation", .array(preprocessing.standardDeviation.map { JSONValue($0) })),
            ("preprocessing_from", .string(run.base.origin)),
            ("head", .string(run.tuning.recipe.head.rawValue)),
            ("former_head", plan.formerHead.map { .array($0.dimensions.map(JSONValue.integer)) } ?? .null),
            ("phases", .array(plan.phases.map(phase))),
        ]
        return JSONValue(
            fields: fields + [
                ("seconds", .number(cost.seconds)), ("bytes", cost.byteCount.map(JSONValue.integer) ?? .null),
                ("preprocessing_check", run.preprocessingReport.json),
                ("feature_bytes", .integer(cost.featureByteCount)), ("feature_count", .integer(cost.featureCount)),
                ("cached_features", .integer(cost.storedFeatureCount)),
            ] + (curve.map { [("learning_curve", $0.json)] } ?? []))
    }

    private func phase(_ phase: FineTuningPhase) -> JSONValue {
        let stages = zip(plan.stages, phase.treatments).map { stage, treatment in
            JSONValue(fields: [
                ("stage", .string(stage.name)), ("parameters", .integer(stage.parameterCount)),
                ("trainable", .integer(treatment.trainableCount)),
                ("frozen", .boolean(treatment.learningRate == nil)),
                ("learning_rate", treatment.learningRate.map { .number($0) } ?? .null),
                ("batch_norm", treatment.batchNormalization.map { .string($0.rawValue) } ?? .null),
            ])
        }
        return JSONValue(fields: [
            ("name", .string(phase.name)), ("epochs", .integer(phase.epochs)), ("stages", .array(stages)),
        ])
    }
}
