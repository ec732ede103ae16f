import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaTraining

@Suite("The precision of a device")
struct ComputePrecisionTests {
    private let digits: DataSplits
    private let preprocessing: Preprocessing

    init() throws {
        digits = try Glyphs(seed: 3, trainingCount: 24, testCount: 12).splits()
        preprocessing = try Preprocessing(fittedTo: digits.training)
    }

    private func device(_ precision: ComputePrecision) throws -> Device {
        try ComputeDevice.reference.open(precision: precision)
    }

    private func batch() async throws -> Batch {
        let loader = try DataLoader(
            digits.training, transforms: [preprocessing], batchSize: 4, order: EpochOrder(seed: 0, isShuffled: false))
        for try await batch in loader { return batch }
        throw FoveaError(.internalDefect, "The source is empty.")
    }

    private func losses(_ network: TracedNetwork, on device: Device) async throws -> [Float] {
        let trainer = try await Trainer(
            network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.1)), device: device)
        let batch = try await batch()
        let losses = [try await trainer.step(batch).loss, try await trainer.step(batch).loss]
        let types = try await trainer.weights().namedTensors.map(\.tensor.dataType)
        #expect(types.allSatisfy { $0 == .float32 })
        return losses
    }

    @Test("A training on a device of bfloat16 is that of a network in bfloat16, with weights in float32")
    func training() async throws {
        func network(_ precision: Precision) -> TracedNetwork {
            TracedNetwork(LeNet5(classes: 10), input: [1, 28, 28], precision: precision)
        }
        let asked = try await losses(network(.float32), on: device(.bf16))
        let traced = try await losses(network(.bfloat16), on: device(.f32))
        let single = try await losses(network(.float32), on: device(.f32))
        #expect(asked == traced && asked != single)
        #expect(zip(asked, single).allSatisfy { abs($0 - $1) < 0.02 * $1 })
    }

    @Test("A network in use computes in the device's precision, and answers in float32")
    func inference() async throws {
        let images = try await batch().value(named: GraphName.images)
        let weights = try Weights(
            initializing: TracedNetwork(LeNet5(classes: 10), input: [1, 28, 28]).parameters, seed: 1)
        func logits(_ precision: ComputePrecision) async throws -> Tensor {
            let classifier = try await Classifier(
                LeNet5(classes: 10), weights: weights, source: "a test", preprocessing: preprocessing,
                device: device(precision))
            return try await classifier.logits(images)
        }
        let (exact, rounded) = (try await logits(.f32), try await logits(.bf16))
        #expect(rounded.dataType == .float32 && exact.floats != rounded.floats)
        let size = exact.floats.map(abs).max() ?? 0
        #expect(zip(exact.floats, rounded.floats).allSatisfy { abs($0 - $1) < 0.03 * size })
    }

    @Test("Fine-tuning in bfloat16 keeps the frozen body's features in bfloat16, and its weights in float32")
    func fineTuning() async throws {
        var recipe = FineTuningRecipe()
        (recipe.head, recipe.freezeEpochs, recipe.epochs, recipe.batchSize) = (.linear, 1, 1, 8)
        let entry = try ModelZoo.entry(named: "lenet5")
        let file = try withTemporaryFolder { folder in
            let path = "\(folder)/weights.safetensors"
            let parameters = try TracedNetwork(entry.make(7), input: [1, 28, 28]).parameters
            try Safetensors.write(Weights(initializing: parameters, seed: 9).tensors, to: path)
            return try SafetensorsFile(at: path)
        }
        let tuning = try FineTuning(
            entry, recipe, weights: file, source: "a test", classes: 10, preprocessing: preprocessing,
            precision: ComputePrecision.bf16.network)
        let features = try #require(try tuning.features)
        #expect(features.allSatisfy { $1.dataType == .bfloat16 })
        var epochs = 0
        let weights = try await tuning.run(digits.training, validation: digits.test, on: device(.bf16)) { event in
            if case .epoch = event { epochs += 1 }
        }
        #expect(epochs == 2)
        #expect(weights.namedTensors.allSatisfy { $0.tensor.dataType == .float32 && $0.tensor.isFinite })
    }

    @Test("A precision that a device lacks is refused with those that it has")
    func refusals() throws {
        func message(_ device: ComputeDevice, _ precision: ComputePrecision) throws -> String {
            let error = try #require(throws: FoveaError.self) { _ = try device.open(precision: precision) }
            #expect(error.code == .usage)
            return "\(error)"
        }
        #expect(try message(.auto, .bf16).contains("do not compute in bf16 on the processor"))
        #expect(try message(.cpu, .tf32).contains("Use --precision f32, or --device cuda."))
        #expect(try message(.reference, .tf32).contains("Use --precision f32 or bf16, or --device cuda."))
    }
}
