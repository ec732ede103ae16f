import Foundation
import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaTraining

/// Two owners on one device never meet, whatever their networks call their weights.
@Suite("What lives on a device")
struct OwnershipTests {
    private static let image: Shape = [1, 28, 28]
    private let digits: any ExampleSource
    private let preprocessing: Preprocessing

    init() throws {
        digits = try Glyphs(seed: 5, trainingCount: 64, testCount: 10).splits().training
        preprocessing = try Preprocessing(fittedTo: digits)
    }

    private func device() throws -> Device {
        Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
    }

    private func classifier(_ model: any Layer, seed: UInt64, on device: Device) async throws -> Classifier {
        let parameters = try InferenceGraph(model, input: Shape([1] + Self.image.dimensions)).parameters
        return try await Classifier(
            model, weights: Weights(initializing: parameters, seed: seed), source: "the test",
            preprocessing: preprocessing, device: device)
    }

    @Test("belongs to its classifier: a second one of the same or another network changes nothing")
    func classifiers() async throws {
        let device = try device()
        let images = try digits.batch([0, 1, 2], preprocessing: preprocessing).images
        let first = try await classifier(LeNet5(), seed: 1, on: device)
        let before = try await first.logits(images)
        let second = try await classifier(LeNet5(), seed: 2, on: device)
        let other = try await classifier(LeNet5(classes: 7), seed: 3, on: device)
        #expect(try await second.logits(images) != before)
        #expect(try await other.logits(images).shape == [3, 7])
        #expect(try await first.logits(images) == before)
    }

    @Test(
        "belongs to its trainer: another one on the device finds none of its momentum",
        arguments: [SGD(learningRate: 0.05, momentum: 0.9), Adam(learningRate: 0.01)] as [any Optimizer])
    func trainers(optimizer: any Optimizer) async throws {
        let batch = try digits.batch(Array(0..<16), preprocessing: preprocessing)
        func train(on device: Device) async throws -> Weights {
            let trainer = try await Trainer(
                LeNet5(), input: Self.image, optimizer: optimizer, device: device, seed: 9)
            for _ in 0..<4 { _ = try await trainer.step(batch) }
            return try await trainer.weights()
        }
        let shared = try device()
        _ = try await train(on: shared)
        let (second, alone) = (try await train(on: shared), try await train(on: device()))
        #expect(second.tensors == alone.tensors)
    }

    @Test("belongs to its trainer: calling the network on its device in the middle changes nothing")
    func calls() async throws {
        let batch = try digits.batch(Array(0..<16), preprocessing: preprocessing)
        let model = LeNet5()
        func train(calling: Bool) async throws -> Weights {
            let device = try device()
            let trainer = try await Trainer(
                model, input: Self.image, optimizer: SGD(learningRate: 0.05, momentum: 0.9), device: device, seed: 9)
            for _ in 0..<4 {
                _ = try await trainer.step(batch)
                if calling { _ = try await model(batch.images, on: device) }
            }
            return try await trainer.weights()
        }
        #expect(try await train(calling: true).tensors == train(calling: false).tensors)
    }

    @Test("is replaced by a file of weights, or stays as it is where the file does not fit or is not finite")
    func fileOfWeights() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-tests-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let trainer = try await Trainer(
            LeNet5(), input: Self.image, optimizer: SGD(), device: device(), seed: 9)
        let before = try await trainer.weights()
        var others = Weights(initializing: trainer.parameters, seed: 10)
        try Safetensors.write(others.tensors, to: "\(folder)/others.safetensors")
        others["fc3.bias"] = Tensor([Float](repeating: .nan, count: 10))
        try Safetensors.write(others.tensors, to: "\(folder)/nan.safetensors")
        others["fc3.bias"] = nil
        try Safetensors.write(others.tensors, to: "\(folder)/short.safetensors")
        for (name, telling) in [("nan", "are not finite: `fc3.bias`"), ("short", "missing: `fc3.bias`")] {
            let error = await #expect(throws: FoveaError.self) {
                try await trainer.load(fileAt: "\(folder)/\(name).safetensors")
            }
            #expect(error?.problem.contains(telling) == true, "\(String(describing: error))")
            #expect(try await trainer.weights().tensors == before.tensors)
        }
        try await trainer.load(fileAt: "\(folder)/others.safetensors")
        #expect(try await trainer.weights().tensors == Weights(initializing: trainer.parameters, seed: 10).tensors)
    }

    @Test("is shared by a trainer and its classifier")
    func trainerAndClassifier() async throws {
        let batch = try digits.batch(Array(0..<16), preprocessing: preprocessing)
        let trainer = try await Trainer(
            LeNet5(), input: Self.image, optimizer: SGD(learningRate: 0.1), device: device(), seed: 9)
        let before = try await trainer.classifier.logits(batch.images)
        _ = try await trainer.step(batch)
        #expect(try await trainer.classifier.logits(batch.images) != before)
    }

    @Test("numbers steps that are asked for at once, each once")
    func concurrentSteps() async throws {
        let batch = try digits.batch(Array(0..<16), preprocessing: preprocessing)
        let trainer = try await Trainer(
            SmallCNN(dropout: 0.3), input: Self.image, optimizer: SGD(learningRate: 0.01), device: device(), seed: 9)
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 { group.addTask { try await trainer.step(batch).step } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.sorted() == Array(1...12))
        #expect(await trainer.stepCount == 12)
    }
}
