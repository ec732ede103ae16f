import Foundation
import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import FoveaTraining
import Testing

@Suite("Training over sequences follows PyTorch's")
struct SequenceTrainingGoldenTests {
    /// What `script/pytorch/make_sequence_training_goldens.py` wrote of a network.
    private struct Golden: Decodable {
        let parameters: [String]
        let losses: [Double]
    }

    private static let encoders: [String: any SequenceEncoder] = [
        "lstm": RecurrentEncoder(LSTM(8)), "tcn": TCN(inputs: 2, filters: 3, levels: 3, kernel: 3),
    ]

    @Test("the losses of 50 steps from the same weights on the same batches", arguments: encoders.keys.sorted())
    func losses(_ name: String) async throws {
        let url = try #require(
            Bundle.module.url(forResource: "sequence_training", withExtension: "json", subdirectory: "Goldens"))
        let golden = try #require(
            try JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: url))[name])
        let network = TracedNetwork(
            SequenceNetwork(try #require(Self.encoders[name]), classes: 4),
            inputs: [GraphName.sequences: .float32([2, 12])])
        let weights = try network.parameters.map { parameter in
            let index = try #require(golden.parameters.firstIndex(of: parameter.path), "\(parameter.path)")
            return (parameter.path, try goldenNoise(parameter.shape, index, bound: 0.6))
        }
        #expect(weights.count == golden.parameters.count)
        let trainer = try await Trainer(
            network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.2, momentum: 0.9)),
            device: Device(CPUBackend(threads: 2)), seed: 1, weights: Weights(weights))
        #expect(golden.losses.count == 50)
        for (step, expected) in golden.losses.enumerated() {
            let batch = Batch(
                indices: Array(0..<16),
                values: [
                    GraphName.sequences: try goldenNoise([16, 2, 12], 100 + step % 2, bound: 1.5),
                    GraphName.labels: Tensor(integers: (0..<16).map { Int32(($0 + step % 2) % 4) }),
                ])
            let loss = Double(try await trainer.step(batch).loss)
            #expect(abs(loss - expected) < 1e-4, "step \(step): \(loss), PyTorch \(expected)")
        }
    }

    @Test("an LSTM over 784 steps stays within 1e-4 of double precision, its gradient too")
    func manySteps() async throws {
        struct Memory: Network {
            let lstm = LSTM(20)
            let head = Dense(10)
            func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
                ["logits": try head(lstm(SequenceValue(inputs[GraphName.sequences]), state: nil).last)]
            }
        }
        let types: Named<TensorType> = [GraphName.sequences: .float32([1, 784])]
        let graph = try SequenceGradientGraph(
            TracedNetwork(Memory(), inputs: types), batch: types.batched(2))
        let inference = try InferenceGraph(TracedNetwork(Memory(), inputs: types), batch: types.batched(2))
        let states = Weights(initializing: inference.parameters, seed: 6).tensors
            .map { (name: $0.key, tensor: $0.value) }
        let series = try goldenNoise([2, 1, 784], 100, bound: 1.5)
        let weighting = try goldenNoise([2, 10], 101, bound: 1)
        func results(on backend: any Backend) async throws -> [[Double]] {
            let device = Device(backend)
            let forward = try await device.compile(inference.graph)
            try await forward.states.write(states)
            let logits = try await device.run(forward, [GraphName.sequences: series])["logits"]
            let backward = try await device.compile(graph.graph)
            let used = Set(graph.parameters.map(\.path))
            try await backward.states.write(states.filter { used.contains($0.name) })
            let gradient = try await device.run(
                backward, [GraphName.sequences: series, SequenceGradientGraph.weighting: weighting]
            )[SequenceGradientGraph.gradient]
            return [try #require(logits).doubles, try #require(gradient).doubles]
        }
        let single = try await results(on: CPUBackend(threads: 2))
        // The reference backend computes in double precision.
        let double = try await results(on: ReferenceBackend())
        for (found, expected) in zip(single, double) {
            let scale = expected.map(abs).max() ?? 0
            let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(scale > 0 && error < 1e-4 * scale, "\(error / scale)")
        }
    }
}
