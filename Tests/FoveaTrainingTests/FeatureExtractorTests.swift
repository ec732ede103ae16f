import Foundation
import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("Features of images")
struct FeatureExtractorTests {
    private let preprocessing: Preprocessing
    private let images: Tensor

    init() throws {
        preprocessing = try Preprocessing(
            channels: 1, height: 28, width: 28, mean: [0.5], standardDeviation: [0.5])
        images = try goldenNoise([3, 1, 28, 28], 21, bound: 1)
    }

    private func weights(classes: Int, seed: UInt64 = 7) throws -> Weights {
        Weights(initializing: try TracedNetwork(LeNet5(classes: classes), input: [1, 28, 28]).parameters, seed: seed)
    }

    /// Runs `body` with a file of these weights.
    private func withWeights<Result>(
        _ weights: Weights, _ body: (_ path: String) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        try Safetensors.write(weights.tensors, to: file.path)
        return try await body(file.path)
    }

    private func extractor(_ path: String, classes: Int = 10, layer: String? = nil) async throws -> FeatureExtractor {
        try await FeatureExtractor(
            LeNet5(classes: classes), named: "lenet5", weightsPath: path, preprocessing: preprocessing, layer: layer,
            device: Device(CPUBackend()))
    }

    @Test("are what the layer gives in the whole network: its own last layer makes the network's logits of them")
    func numbers() async throws {
        let weights = try weights(classes: 10)
        try await withWeights(weights) { path in
            let extractor = try await extractor(path)
            #expect(extractor.shape == [84] && extractor.origin.layer == "relu_3")
            let features = try await extractor.features(images)
            #expect(features.shape == [3, 84])
            let head = Dense(10)
            let logits = try await head(
                features,
                weights: ["weight": try #require(weights["fc3.weight"]), "bias": try #require(weights["fc3.bias"])])
            let classifier = try await Classifier(
                LeNet5(), weights: weights, source: path, preprocessing: preprocessing, device: Device(CPUBackend()))
            let expected = try await classifier.logits(images)
            #expect(zip(logits.floats, expected.floats).allSatisfy { abs($0 - $1) < 1e-5 })
            #expect(try await extractor.batchSize(upTo: 3) == 3)
        }
    }

    @Test("need no weights of the head, whatever its classes; the weights below have one digest")
    func heads() async throws {
        let weights = try weights(classes: 10)
        let own = try await withWeights(weights) { try await extractor($0) }
        var other = weights
        other["fc3.weight"] = Tensor(repeating: 1, .float32([4, 84]))
        other["fc3.bias"] = nil
        let foreign = try await withWeights(other) { try await extractor($0) }
        #expect(foreign.origin == own.origin)
        #expect(try await foreign.features(images) == own.features(images))
        let retrained = try await withWeights(try self.weights(classes: 10, seed: 8)) { try await extractor($0) }
        #expect(retrained.origin.weights != own.origin.weights)
    }

    @Test("name what is wrong with weights, layers and images")
    func mistakes() async throws {
        let weights = try weights(classes: 10)
        func message(_ weights: Weights, layer: String? = nil, _ images: Tensor? = nil) async -> String {
            do {
                return try await withWeights(weights) { path in
                    let extractor = try await extractor(path, layer: layer)
                    return "\(try await extractor.features(images ?? self.images).shape)"
                }
            } catch { return "\(error)" }
        }
        #expect(await message(weights, layer: "conv3").contains("Did you mean `conv1`"))
        var lacking = weights
        lacking["conv2.weight"] = nil
        #expect(await message(lacking).contains("conv2.weight"))
        #expect(await message(lacking, layer: "conv1") == "3×6")
        var broken = weights
        broken["conv1.bias"] = Tensor([1, 2, .nan, 4, 5, 6])
        #expect(await message(broken).contains("are not finite: `conv1.bias`"))
        var huge = weights
        huge["conv1.bias"] = Tensor(repeating: 3e38, .float32([6]))
        huge["conv2.weight"] = Tensor(repeating: 1, .float32([16, 6, 5, 5]))
        let overflow = await message(huge)
        #expect(overflow.contains("The features of image 1 of the batch are not finite"), "\(overflow)")
        #expect(
            await message(weights, try goldenNoise([1, 1, 32, 32], 1, bound: 1)).contains("does not fit the network"))
    }
}
