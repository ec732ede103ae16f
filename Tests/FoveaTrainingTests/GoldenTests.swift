import Foundation
import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

/// What `script/pytorch/make_goldens.py` wrote.
private struct Golden: Decodable {
    let logits: [Float]
    let losses: [String: [Float]]
    let statistics: [String: [Float]]

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Goldens"))
        self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

/// The same networks, weights, images and labels as in PyTorch.
@Suite("Whole networks give PyTorch's numbers")
struct GoldenTests {
    private static let batchSize = 8

    private func wave(_ shape: Shape, _ k: Int, _ scale: Double) -> Tensor {
        Tensor(elements: (0..<shape.elementCount).map { scale * sin(0.7 * Double($0) + Double(k)) }, .float32(shape))
    }

    private func start(_ parameters: [ParameterDeclaration]) -> Weights {
        var weights = Weights()
        var k = 0
        for parameter in parameters {
            let shape = parameter.shape
            guard parameter.role == .trainable else {
                weights[parameter.path] = Tensor(
                    repeating: parameter.path.hasSuffix("running_var") ? 1 : 0, .float32(shape))
                continue
            }
            let fanIn = shape.rank > 1 ? shape.elementCount / shape[0] : 100
            let values = wave(shape, k, 2 / Double(fanIn).squareRoot() * (shape.rank == 1 ? 0.5 : 1)).doubles
            let isScale = shape.rank == 1 && parameter.path.hasSuffix("weight")
            weights[parameter.path] = Tensor(elements: values.map { isScale ? $0 + 1 : $0 }, .float32(shape))
            k += 1
        }
        return weights
    }

    private var batch: Batch {
        Batch(
            indices: Array(0..<Self.batchSize), images: wave([Self.batchSize, 1, 28, 28], 100, 1.5),
            labels: Tensor(integers: (0..<Int32(Self.batchSize)).map { $0 % 10 }))
    }

    private func network(_ name: String) -> any Layer {
        name == "lenet5" ? LeNet5() : SmallCNN(dropout: 0)
    }

    private func trainer(_ name: String, _ optimizer: any Optimizer) async throws -> Trainer {
        let model = network(name)
        let parameters = try InferenceGraph(model, input: [1, 1, 28, 28]).parameters
        return try await Trainer(
            model, input: [1, 28, 28], loss: CrossEntropyLoss(labelSmoothing: 0.1), optimizer: optimizer,
            device: Device(try CPUBackend(threads: 2)), weights: start(parameters))
    }

    @Test("logits within a relative error of 1e-4", arguments: ["lenet5", "smallcnn"])
    func logits(name: String) async throws {
        let expected = try Golden(name).logits
        let logits = try await trainer(name, SGD()).classifier.logits(batch.images).floats
        #expect(logits.count == expected.count)
        let scale = expected.map(abs).max() ?? 1
        let error = zip(logits, expected).map { abs($0 - $1) / scale }.max() ?? .infinity
        #expect(error < 1e-4)
    }

    @Test(
        "loss curves of ten steps within 1e-3 with every optimizer", arguments: ["lenet5", "smallcnn"],
        ["sgd", "adam", "adamw"])
    func losses(name: String, optimizer: String) async throws {
        let golden = try Golden(name)
        let optimizers: [String: any Optimizer] = [
            "sgd": SGD(learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4),
            "adam": Adam(learningRate: 2e-3), "adamw": AdamW(learningRate: 2e-3, weightDecay: 0.05),
        ]
        let trainer = try await trainer(name, try #require(optimizers[optimizer]))
        let expected = try #require(golden.losses[optimizer])
        for (step, loss) in expected.enumerated() {
            let report = try await trainer.step(batch)
            #expect(abs(report.loss - loss) / loss < 1e-3, "step \(step + 1)")
        }
        guard optimizer == "adamw" else { return }
        let weights = try await trainer.weights()
        for (path, variances) in golden.statistics {
            let own = try #require(weights[path]).floats
            #expect(zip(own, variances).allSatisfy { abs($0 - $1) < 1e-3 * (1 + $1) }, "\(path)")
        }
    }
}
