import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaTraining

@Suite("Batches in little memory")
struct BatchMemoryTests {
    private static let image: Shape = [1, 28, 28]

    private func device(available: Int?) throws -> Device {
        Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) { available })
    }

    private func trainer(available: Int?) async throws -> Trainer {
        try await Trainer(
            LeNet5(classes: 10), input: Self.image, optimizer: Adam(learningRate: 0.001),
            device: try device(available: available))
    }

    /// What a step on so many images takes beyond the weights.
    private func need(_ batch: Int) async throws -> Int {
        let device = try device(available: nil)
        let model = LeNet5(classes: 10)
        let graph = try TrainingGraph(
            model, loss: CrossEntropyLoss(), optimizer: Adam(learningRate: 0.001), input: [batch, 1, 28, 28]
        ).graph
        let parameters = try InferenceGraph(model, input: [1, 1, 28, 28]).parameters
        let states = DeviceStates(on: device)
        try await states.write(Weights(initializing: parameters, seed: 42).namedTensors)
        return try #require(try await device.predictedByteCount(of: device.optimized(graph), states: states))
    }

    private func error(_ work: () async throws -> Void) async throws -> FoveaError {
        do {
            try await work()
        } catch let error as FoveaError {
            return error
        }
        throw FoveaError(.internalDefect, "Nothing was refused.")
    }

    @Test("a step that does not fit is refused with what it takes, what there is, and a batch size that fits")
    func refusal() async throws {
        let available = try await need(64)
        let trainer = try await trainer(available: available)
        let refusal = try await error { _ = try await trainer.program(for: [96, 1, 28, 28]) }
        #expect(refusal.code == .unavailable)
        #expect(refusal.problem.contains("training on 96 images of 1×28×28 at a time would take"))
        #expect(refusal.problem.contains(byteCountText(try await need(96))))
        #expect(refusal.problem.contains("\(byteCountText(available)) are available"))
        let remedy = refusal.remedy
        let named = try #require(remedy.firstMatch(of: /at most (\d+)/).flatMap { Int($0.output.1) })
        #expect(named == 64, "\(remedy)")
        _ = try await trainer.program(for: [named, 1, 28, 28])
    }

    @Test("a batch that is absurd is refused too, without planning it")
    func absurd() async throws {
        let trainer = try await trainer(available: try await need(64))
        let refusal = try await error { _ = try await trainer.program(for: [200_000_000, 1, 28, 28]) }
        #expect(refusal.code == .unavailable)
        #expect(refusal.problem.contains("more than"))
        #expect(refusal.remedy.contains("at most 64,"), "\(refusal.remedy)")
    }

    @Test("a step that just fits is made")
    func justFits() async throws {
        let available = try await need(32)
        _ = try await trainer(available: available).program(for: [32, 1, 28, 28])
        let trainer = try await trainer(available: available)
        let refusal = try await error { _ = try await trainer.program(for: [48, 1, 28, 28]) }
        #expect(refusal.problem.contains("training on 48 images of 1×28×28 at a time would take"))
    }

    @Test("where not even one image fits, the error says so")
    func nothingFits() async throws {
        let trainer = try await trainer(available: 1000)
        for batch in [1, 2, 1000] {
            let refusal = try await error { _ = try await trainer.program(for: [batch, 1, 28, 28]) }
            #expect(refusal.remedy.contains("Not even one image at a time fits"))
        }
        let classifier = trainer.classifier
        let refusal = try await error { _ = try await classifier.batchSize(upTo: [64, 1, 28, 28]) }
        #expect(refusal.remedy.contains("Not even one image at a time fits"))
    }

    @Test("where nothing is known of the memory, nothing is refused")
    func unknown() async throws {
        _ = try await trainer(available: nil).program(for: [8, 1, 28, 28])
    }

    @Test("measuring a data set takes as many images at a time as fit, with the same result")
    func evaluation() async throws {
        let model = LeNet5(classes: 10)
        let parameters = try InferenceGraph(model, input: [1, 1, 28, 28]).parameters
        let weights = Weights(initializing: parameters, seed: 7)
        let dataset = try Glyphs(seed: 5, trainingCount: 300, testCount: 10).splits().training
        let preprocessing = try Preprocessing(fittedTo: dataset)
        func evaluate(available: Int?) async throws -> (Evaluation, fitting: Int) {
            let classifier = try await Classifier(
                model, weights: weights, source: "the test", preprocessing: preprocessing,
                device: try device(available: available))
            return (
                try await classifier.evaluate(dataset, preprocessing: preprocessing),
                try await classifier.batchSize(upTo: [250, 1, 28, 28])
            )
        }
        let whole = try await evaluate(available: nil)
        let parts = try await evaluate(available: try await need(8))
        #expect(whole.fitting == 250)
        #expect(parts.fitting < 250)
        #expect(parts.0.confusion == whole.0.confusion)
        #expect(abs(parts.0.loss - whole.0.loss) < 1e-5)
    }
}
