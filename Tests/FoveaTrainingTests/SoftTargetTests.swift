import Foundation
import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

/// What `script/pytorch/make_augmentation_goldens.py` wrote of the cross-entropy.
private struct SoftTargetGolden: Decodable {
    struct Case: Decodable {
        let label_smoothing: Double
        let logits: [Float]
        let targets: [Float]
        let loss: Double
        let gradient: [Double]
    }

    let cases: [Case]

    static func load() throws -> SoftTargetGolden {
        let url = try #require(
            Bundle.module.url(forResource: "soft_targets", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}

@Suite("Soft targets")
struct SoftTargetTests {
    /// Its logits are its inputs plus a bias of 0.
    private func trainer(
        classes: Int, loss: CrossEntropyLoss = CrossEntropyLoss(), rate: Double = 1, on device: ComputeDevice = .cpu
    ) async throws -> Trainer {
        let network = Sequential {
            Flatten()
            Dense(classes)
        }
        let identity = (0..<classes * classes).map { Float($0 % (classes + 1) == 0 ? 1 : 0) }
        return try await Trainer(
            network, input: [classes, 1, 1], loss: loss, optimizer: SGD(learningRate: rate, momentum: 0),
            device: device.open(BackendOptions(kernels: .fixed)),
            weights: Weights([
                ("1.weight", try Tensor([classes, classes], identity)),
                ("1.bias", Tensor([Float](repeating: 0, count: classes))),
            ]))
    }

    private func batch(_ logits: [Float], _ targets: Tensor) throws -> Batch {
        let count = targets.shape[0]
        return Batch(
            indices: Array(0..<count), images: try Tensor([count, logits.count / count, 1, 1], logits), labels: targets)
    }

    @Test(
        "loss and gradient are PyTorch's, with and without label smoothing",
        arguments: [ComputeDevice.cpu, .reference])
    func goldens(device: ComputeDevice) async throws {
        let cases = try SoftTargetGolden.load().cases
        #expect(cases.map(\.label_smoothing) == [0, 0.1])
        for golden in cases {
            let trainer = try await trainer(
                classes: 5, loss: CrossEntropyLoss(labelSmoothing: golden.label_smoothing), on: device)
            let report = try await trainer.step(batch(golden.logits, Tensor([4, 5], golden.targets)))
            #expect(abs(Double(report.loss) - golden.loss) < 1e-5 * golden.loss)
            // After a step with the rate 1 from 0, the bias is minus the sum of the examples' gradients.
            let bias = try #require(try await trainer.weights()["1.bias"]).floats
            for column in 0..<5 {
                let sum = (0..<4).reduce(0) { $0 + golden.gradient[$1 * 5 + column] }
                #expect(abs(Double(bias[column]) + sum) < 1e-6)
            }
        }
    }

    @Test("accuracy counts the most probable class of the target; a batch may hold class indices after that")
    func accuracy() async throws {
        let trainer = try await trainer(classes: 3, rate: 1e-6)
        let logits: [Float] = [5, 0, 0, 0, 5, 0, 0, 0, 5, 5, 0, 0]
        let targets = try Tensor([4, 3], [0.6, 0.4, 0, 0.3, 0.3, 0.4, 0.5, 0, 0.5, 0.2, 0.2, 0.6])
        #expect(try await trainer.step(batch(logits, targets)).correct == 1)
        #expect(try await trainer.step(batch(logits, Tensor(integers: [0, 1, 2, 0]))).correct == 4)
        let means = try await trainer.predictor.evaluate([batch(logits, targets)])
        #expect(try means["accuracy"] == 0.25)
    }

    @Test("targets that are no probabilities, or of another number of classes, are refused before the step")
    func unsound() async throws {
        let trainer = try await trainer(classes: 3)
        for (value, text) in [(Float(1.5), "1.5"), (-0.25, "-0.25"), (.nan, "nan")] {
            let targets = try Tensor([2, 3], [1, 0, 0, 0, value, 0])
            let error = await #expect(throws: FoveaError.self) {
                try await trainer.step(batch([Float](repeating: 0, count: 6), targets))
            }
            #expect(error?.problem == "The soft target of class 1 of example 1 is \(text).")
        }
        let error = await #expect(throws: FoveaError.self) {
            try await trainer.step(
                batch([Float](repeating: 0, count: 6), Tensor([2, 4], [Float](repeating: 0, count: 8))))
        }
        #expect(
            error?.problem.contains("`labels` is f32[2×4] where f32[2×3] is expected") == true,
            "\(error?.problem ?? "")")
    }

    @Test("a fit that mixes its batches resumes to the same bits, and validates on whole examples")
    func mixing() async throws {
        let digits = try Glyphs(seed: 5, trainingCount: 100, testCount: 40).splits()
        let preprocessing = try Preprocessing(fittedTo: digits.training)
        let plan = TrainingPlan(epochs: 2, batchSize: 32)
        func trainer(seed: UInt64) async throws -> Trainer {
            try await Trainer(
                LeNet5(), input: [1, 28, 28], optimizer: Adam(),
                device: ComputeDevice.cpu.open(BackendOptions(threads: 2, kernels: .fixed)), seed: seed)
        }
        func fit(_ trainer: Trainer, resuming: Bool = false) throws -> Fit {
            try trainer.fit(
                digits.training, validation: digits.test, preprocessing: preprocessing,
                mixing: BatchMixing(mixup: 0.3, cutmix: 1, classes: 10), plan: plan, resuming: resuming)
        }
        let whole = try await trainer(seed: 1)
        var checkpoint: Checkpoint?
        for try await event in try fit(whole) {
            switch event {
            case .step(let report, _, _, _):
                if report.step == 5 { checkpoint = try await whole.checkpoint() }
            case .epoch(let metrics):
                #expect(try #require(metrics.trainAccuracy) <= 1)
                #expect(try #require(metrics.validationAccuracy) <= 1)
            }
        }
        let resumed = try await trainer(seed: 9)
        try await resumed.restore(try #require(checkpoint))
        for try await _ in try fit(resumed, resuming: true) {}
        #expect(try await resumed.weights().tensors == whole.weights().tensors)
    }

    @Test(
        "mixing for another number of classes, or an objective without soft targets, is refused before the first step")
    func otherClasses() async throws {
        let digits = try Glyphs(seed: 5, trainingCount: 40, testCount: 20).splits()
        let trainer = try await Trainer(
            LeNet5(), input: [1, 28, 28], optimizer: Adam(),
            device: ComputeDevice.cpu.open(BackendOptions(kernels: .fixed)))
        let error = #expect(throws: FoveaError.self) {
            _ = try trainer.fit(
                digits.training, preprocessing: Preprocessing(fittedTo: digits.training),
                mixing: BatchMixing(mixup: 1, classes: 9), plan: TrainingPlan(epochs: 1, batchSize: 8))
        }
        #expect(
            error?.problem
                == "Mixed batches have soft targets of 9 classes, which the training's objective does not take.")
    }
}
