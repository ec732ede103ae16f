import Foundation
import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

/// What `script/pytorch/make_goldens.py` wrote of a network.
private struct Golden: Decodable {
    struct Curve: Decodable {
        let losses: [Float]
        let statistics: [String: [Float]]
    }

    /// The scales that start around 0.
    let quieted: [String]
    /// Path → shape, for the number of classes that the network was made for.
    let parameters: [String: [Int]]
    let logits: [Float]
    /// By the name of the optimizer.
    let curves: [String: Curve]

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Goldens"))
        self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

/// A network of the zoo as the goldens have it: for ten classes, without dropout, started by a formula.
private struct Subject {
    let golden: Golden
    private let layer: any Layer
    private let image: Shape
    private let batchSize: Int

    init(_ name: String) throws {
        golden = try Golden(name)
        let entry = try ModelZoo.entry(named: name)
        layer = entry.make(10)
        (batchSize, image) = entry.classes == 10 ? (8, [1, 28, 28]) : (4, [3, 64, 72])
    }

    func trainer(_ optimizer: any Optimizer) async throws -> Trainer {
        let parameters = try InferenceGraph(layer, input: Shape([1] + image.dimensions)).parameters
        return try await Trainer(
            layer, input: image, loss: CrossEntropyLoss(labelSmoothing: 0.1), optimizer: optimizer,
            device: Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed))),
            weights: try goldenStart(parameters, quieted: golden.quieted), hasDropout: false)
    }

    /// Squares of 4×4 equal pixels.
    var batch: Batch {
        get throws {
            let (channels, height, width) = (image[0], image[1], image[2])
            let squares = try goldenNoise([batchSize, channels, height / 4, width / 4], 1000, bound: 3.0.squareRoot())
            let pixels = (0..<batchSize * channels).flatMap { plane in
                (0..<height * width).map { position in
                    let (row, column) = (position / width / 4, position % width / 4)
                    return squares.floats[(plane * (height / 4) + row) * (width / 4) + column]
                }
            }
            return Batch(
                indices: Array(0..<batchSize), images: try Tensor(Shape([batchSize] + image.dimensions), pixels),
                labels: Tensor(integers: (0..<Int32(batchSize)).map { $0 % 10 }))
        }
    }
}

/// The same networks, weights, images and labels as in PyTorch.
@Suite("Whole networks give PyTorch's numbers")
struct GoldenTests {
    @Test("every network of the zoo has PyTorch's names and shapes", arguments: ModelZoo.entries.map(\.name))
    func parameters(name: String) throws {
        let entry = try ModelZoo.entry(named: name)
        let network = try InferenceGraph(entry.make(entry.classes), input: Shape([1] + entry.input.dimensions))
        let own = network.parameters.map { ($0.path, $0.shape.dimensions) }
        #expect(try Dictionary(uniqueKeysWithValues: own) == Golden(name).parameters)
    }

    @Test(
        "the zoo's networks have torchvision's numbers of parameters",
        arguments: [
            ("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032), ("mobilenet_v2", 3_504_872),
            ("squeezenet1_1", 1_235_496), ("vgg11", 132_863_336),
        ])
    func counts(name: String, count: Int) throws {
        let entry = try ModelZoo.entry(named: name)
        #expect(try Summary(of: entry.make(1000), input: entry.input).totalParameters == count)
    }

    @Test("logits within a relative error of 1e-4", arguments: ModelZoo.entries.map(\.name))
    func logits(name: String) async throws {
        let subject = try Subject(name)
        let expected = subject.golden.logits
        let logits = try await subject.trainer(SGD()).classifier.logits(subject.batch.images).floats
        #expect(logits.count == expected.count)
        let scale = expected.map(abs).max() ?? 1
        let error = zip(logits, expected).map { abs($0 - $1) / scale }.max() ?? .infinity
        #expect(error < 1e-4)
    }

    @Test("loss curves of ten steps within 1e-3 with every optimizer", arguments: ModelZoo.entries.map(\.name))
    func losses(name: String) async throws {
        let optimizers: [String: any Optimizer] = [
            "nesterov": SGD(learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4),
            "adam": Adam(learningRate: 2e-3), "adamw": AdamW(learningRate: 2e-3, weightDecay: 0.05),
            "sgd-1e-3": SGD(learningRate: 1e-3, momentum: 0.9), "sgd-1e-4": SGD(learningRate: 1e-4, momentum: 0.9),
            "sgd-1e-5": SGD(learningRate: 1e-5, momentum: 0.9),
        ]
        let subject = try Subject(name)
        let batch = try subject.batch
        for (name, curve) in subject.golden.curves {
            let trainer = try await subject.trainer(try #require(optimizers[name]))
            for (step, loss) in curve.losses.enumerated() {
                let report = try await trainer.step(batch)
                #expect(abs(report.loss - loss) / loss < 1e-3, "\(name), step \(step + 1)")
            }
            let weights = try await trainer.weights()
            for (path, variances) in curve.statistics {
                let own = try #require(weights[path]).floats
                #expect(zip(own, variances).allSatisfy { abs($0 - $1) < 1e-3 * (1 + $1) }, "\(name), \(path)")
            }
        }
    }
}
