import Foundation
import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import OrderedCollections
import Testing

/// A fresh folder, removed when nobody uses it any more.
private final class Folder: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "fovea-tests-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("A network with two inputs and three outputs")
struct TwoInputsTests {
    static func device() throws -> Device {
        Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
    }

    private func trainer() async throws -> Trainer {
        try await Trainer(
            TwoInputs(), inputs: TwoInputs.inputs, objective: TwoInputsObjective(), optimizer: Adam(learningRate: 0.02),
            device: Self.device(), seed: 3)
    }

    /// Steps over 48 examples, 16 at a time.
    private func train(_ trainer: Trainer, epochs: Int) async throws -> [StepReport] {
        var reports: [StepReport] = []
        for _ in 0..<epochs {
            for start in stride(from: 0, to: 48, by: 16) {
                reports.append(try await trainer.step(TwoInputs.batch(start..<start + 16)))
            }
        }
        return reports
    }

    @Test("is trained for an objective of its own, with metrics by name, in steps and over many batches")
    func training() async throws {
        let trainer = try await trainer()
        #expect(trainer.signature.outputs.names == ["class", "number", "embedding"])
        #expect(trainer.exampleTypes.names == ["picture", "vector", "class_label", "wanted_number"])
        let reports = try await train(trainer, epochs: 20)
        let (first, last) = (try #require(reports.first), try #require(reports.last))
        #expect(Set(first.metrics.names) == ["accuracy", "class_loss", "squared_error", "squares"])
        #expect(last.loss < first.loss / 2)
        for report in [first, last] {
            let parts =
                try report.metrics["class_loss"] + 0.1 * report.metrics["squared_error"]
                + 0.01 * report.metrics["squares"]
            #expect(abs(Double(report.loss) - parts) < 1e-5 * max(1, parts))
            #expect(report.correct == Int((try report.metrics["accuracy"] * 16).rounded()))
        }
        // The mean over unequal batches is that over all examples.
        let whole = try await trainer.predictor.evaluate([TwoInputs.batch(100..<130)])
        let parts = try await trainer.predictor.evaluate([TwoInputs.batch(100..<120), TwoInputs.batch(120..<130)])
        #expect(whole.names == parts.names)
        for name in ["loss", "accuracy", "class_loss", "squared_error", "squares"] {
            #expect(abs(try whole[name] - parts[name]) < 1e-5, "\(name)")
        }
        #expect(try whole["accuracy"] > 0.9)
    }

    @Test("is fitted to sources of named tensors, each epoch with the means of the loss and of every metric")
    func fitting() async throws {
        let trainer = try await trainer()
        let plan = TrainingPlan(epochs: 12, batchSize: 16, isShuffled: false)
        var means = WeightedMeans()
        var epochs: [EpochMetrics] = []
        for try await event in try trainer.fit(
            TwoInputsSource(range: 0..<40), validation: TwoInputsSource(range: 100..<130), plan: plan)
        {
            switch event {
            case .step(let report, let epoch, _, let stepsPerEpoch):
                #expect(stepsPerEpoch == 3)
                if epoch == 1 { means.add(report.metrics, count: report.count) }
            case .epoch(let metrics): epochs.append(metrics)
            }
        }
        let first = try #require(epochs.first)
        #expect(epochs.count == 12)
        #expect(first.training.names == ["loss", "accuracy", "class_loss", "squared_error", "squares"])
        #expect(first.validation?.names == first.training.names)
        for (name, mean) in means.values { #expect(try first.training[name] == mean, "\(name)") }
        let last = try #require(epochs.last)
        let measured = try await trainer.predictor.evaluate(TwoInputsSource(range: 100..<130))
        #expect(last.validation == measured)
        #expect(last.validationAccuracy == (try? measured["accuracy"]).map { Float($0) })
        #expect(try last.training["squared_error"] < first.training["squared_error"] / 2)
        #expect(last.json.text().contains("\"train_squared_error\":"))
        #expect(last.json.text().contains("\"val_squared_error\":"))
    }

    @Test("refuses a source that lacks what the network takes, with all differences, before the first step")
    func misfittingSource() async throws {
        let trainer = try await trainer()
        let digits = try Glyphs(seed: 5, trainingCount: 20, testCount: 10).splits().training
        let error = await #expect(throws: FoveaError.self) {
            for try await _ in try trainer.fit(digits, plan: TrainingPlan(epochs: 1, batchSize: 4)) {}
        }
        #expect(
            error?.problem.hasPrefix(
                "The batch does not fit the network: missing: `picture` f32[4×1×6×6], `vector` f32[4×4]") == true,
            "\(String(describing: error))")
        #expect(await trainer.stepCount == 0)
    }

    @Test("gives the same outputs bit for bit when it was saved and is loaded in another process")
    func anotherProcess() async throws {
        let folder = try Folder()
        let path = folder.path + "/saved"
        let trainer = try await trainer()
        _ = try await train(trainer, epochs: 3)
        try await trainer.save(to: path)
        let outputs = try await trainer.predictor(TwoInputs.inputs(100..<107))
        #expect(outputs.keys.sorted() == ["class", "embedding", "number"])
        #expect(outputs["embedding"]?.shape == [7, 5])
        try Safetensors.write(Weights(outputs.map { ($0.key, $0.value) }).tensors, to: folder.path + "/expected")
        defer { withExtendedLifetime(folder) {} }
        let expectedPath = folder.path + "/expected"
        await #expect(processExitsWith: .success) { [path = path as String, expected = expectedPath as String] in
            let saved = try SavedNetwork(TwoInputs(), from: path)
            let predictor = try await Predictor(saved, objective: TwoInputsObjective(), device: TwoInputsTests.device())
            let outputs = try await predictor(TwoInputs.inputs(100..<107))
            let wanted = try Safetensors.read(from: expected).tensors
            try #require(wanted.count == 3)
            for (name, tensor) in wanted { try #require(outputs[name] == tensor) }
            let measured = try await predictor.evaluate([TwoInputs.batch(100..<130)])
            try #require(measured.names.contains("squared_error"))
        }
    }

    @Test("refuses a batch with all differences at once, before the step")
    func badBatch() async throws {
        let trainer = try await trainer()
        let before = try await trainer.weights()
        var values = try TwoInputs.batch(0..<3).values
        values["vector"] = nil
        values["vectors"] = Tensor([1, 2, 3])
        values["picture"] = try Tensor([3, 1, 5, 6], [Float](repeating: 0, count: 90))
        values["class_label"] = Tensor([0, 1, 2])
        let batch = Batch(indices: [0, 1, 2], values: values)
        let error = await #expect(throws: FoveaError.self) { _ = try await trainer.step(batch) }
        #expect(
            error?.problem
                == "The batch does not fit the network: missing: `vector` f32[3×4]; not expected: `vectors`; "
                + "other types: `class_label` is f32[3] where i32[3] is expected; other shapes: `picture` is f32[3×1×5×6] "
                + "where f32[3×1×6×6] is expected; closest names: `vectors` for `vector`.")
        #expect(await trainer.stepCount == 0)
        #expect(try await trainer.weights().tensors == before.tensors)

        var labels = try TwoInputs.batch(0..<3).values
        labels["class_label"] = Tensor(integers: [0, 3, 1])
        let badLabels = Batch(indices: [7, 8, 9], values: labels)
        let label = await #expect(throws: FoveaError.self) { _ = try await trainer.step(badLabels) }
        #expect(label?.problem == "The label 3 of example 8 is none of the network's 3 outputs.")
        labels["class_label"] = Tensor(integers: [0, 2, 1])
        labels["vector"] = try Tensor([3, 4], [0, 0, 0, 0, 0, 0, 0, 0, 0, .nan, 0, 0])
        let badVector = Batch(indices: [7, 8, 9], values: labels)
        let vector = await #expect(throws: FoveaError.self) { _ = try await trainer.step(badVector) }
        #expect(vector?.problem == "The numbers of `vector` of example 9 are not finite.")
        let predicted = await #expect(throws: FoveaError.self) {
            _ = try await trainer.predictor(["picture": Tensor([1])])
        }
        #expect(predicted?.problem.contains("missing: `vector`") == true)
    }

    /// Another network that takes the same.
    private struct Other: Network {
        let embed = Dense(4)
        let classify = Dense(3)

        func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
            let embedding = try embed(
                Concatenation(axis: 1).applied(to: Flatten()(inputs["picture"]), inputs["vector"]))
            return ["class": try classify(embedding), "embedding": embedding]
        }
    }

    @Test("is not loaded by another network, which is told all differences of signature and parameters")
    func otherNetwork() async throws {
        let folder = try Folder()
        let path = folder.path + "/saved"
        defer { withExtendedLifetime(folder) {} }
        try await trainer().save(to: path, classNames: ["a", "b", "c"])
        let error = #expect(throws: FoveaError.self) { _ = try SavedNetwork(Other(), from: path) }
        let problem = try #require(error?.problem)
        #expect(
            problem.hasPrefix(
                "The network does not have the signature of `\(path)`: outputs: missing: `number` f32[1]; other shapes: "
                    + "`embedding` is f32[4] where f32[5] is expected."), "\(problem)")
        #expect(problem.contains("The weights in `\(path)` do not fit the network: not expected: "), "\(problem)")
        #expect(problem.contains("`embed.weight` is f32[5×"), "\(problem)")
        let again = await #expect(throws: FoveaError.self) { try await trainer().save(to: path) }
        #expect(again?.problem == "`\(path)` exists already.")
        let saved = try SavedNetwork(TwoInputs(), from: path)
        #expect(saved.classNames == ["a", "b", "c"])
        let unprepared = #expect(throws: FoveaError.self) { _ = try saved.preprocessing }
        #expect(unprepared?.problem.contains("was saved without preprocessing of images") == true)
        let missing = #expect(throws: FoveaError.self) { _ = try SavedNetwork(TwoInputs(), from: folder.path) }
        #expect(missing?.problem == "`\(folder.path)` holds no saved network: it has no `network.json`.")
    }
}
