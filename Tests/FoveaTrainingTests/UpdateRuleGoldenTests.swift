import Foundation
import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

/// The same network, rule, weights and batches as in `script/pytorch/make_group_goldens.py`.
@Suite("Groups, frozen layers, clipping, accumulation and averages give PyTorch's numbers")
struct UpdateRuleGoldenTests {
    private struct Golden: Decodable {
        let norms: [Float]
        let weights: [String: [Float]]
        let averages: [String: [Float]]
    }

    private struct Network: Layer {
        let conv1 = Conv2D(4, kernel: 3, padding: 1)
        let bn1 = BatchNorm2D()
        let conv2 = Conv2D(8, kernel: 3, padding: 1)
        let bn2 = BatchNorm2D()
        let fc1 = Dense(16)
        let fc2 = Dense(4)

        func callAsFunction(_ input: Value) throws -> Value {
            let body = try MaxPool2D(2)(ReLU()(bn1(conv1(input))))
            return try fc2(ReLU()(fc1(Flatten()(MaxPool2D(2)(ReLU()(bn2(conv2(body))))))))
        }
    }

    private static let rule = UpdateRule(
        AdamW(learningRate: 2e-3, weightDecay: 0.05),
        groups: [
            .frozen("conv1", "bn1"),
            ParameterGroup("conv2", "bn2", optimizer: SGD(learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4)),
        ], clipNorm: 2.5, batchesPerUpdate: 3, averaging: WeightAveraging(decay: 0.9))

    private func trainer(on backend: any Backend) async throws -> Trainer {
        let parameters = try TracedNetwork(Network(), input: [1, 12, 12]).parameters
        return try await Trainer(
            Network(), input: [1, 12, 12], rule: Self.rule, device: Device(backend), weights: goldenStart(parameters))
    }

    private func batch(_ step: Int) throws -> Batch {
        Batch(
            indices: Array(0..<4), images: try goldenNoise([4, 1, 12, 12], 2000 + step, bound: 3.0.squareRoot()),
            labels: Tensor(integers: (0..<4).map { Int32(($0 + step % 3) % 4) }))
    }

    private func expectClose(_ weights: Weights, _ expected: [String: [Float]]) throws {
        for (path, values) in expected {
            let own = try #require(weights[path]).floats
            try #require(own.count == values.count)
            let error = zip(own, values).map { abs($0 - $1) }.max() ?? 0
            #expect(error < 1e-5, "\(path) differs by \(error)")
        }
    }

    @Test("weights, averages and norms after 20 updates of three batches each, within 1e-5", arguments: [true, false])
    func twentyUpdates(onProcessor: Bool) async throws {
        let url = try #require(Bundle.module.url(forResource: "groups", withExtension: "json", subdirectory: "Goldens"))
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        let trainer = try await trainer(
            on: onProcessor ? CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) : ReferenceBackend())
        for (update, norm) in golden.norms.enumerated() {
            for step in 3 * update..<3 * update + 3 {
                let report = try await trainer.step(batch(step))
                #expect((report.gradientNorm != nil) == (step % 3 == 2))
                if let own = report.gradientNorm { #expect(abs(own - norm) < 1e-4 * norm, "update \(update)") }
            }
        }
        try expectClose(await trainer.weights(), golden.weights)
        try expectClose(await trainer.averagedWeights(), golden.averages)
    }

    @Test("a checkpoint between two batches of an update goes on to the same bits")
    func resumed() async throws {
        let whole = try await trainer(on: CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
        for step in 0..<7 { _ = try await whole.step(batch(step)) }
        let checkpoint = try await whole.checkpoint()
        for step in 7..<12 { _ = try await whole.step(batch(step)) }
        let resumed = try await trainer(on: CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
        try await resumed.restore(checkpoint)
        for step in 7..<12 { _ = try await resumed.step(batch(step)) }
        let (expected, own) = (try await whole.checkpoint(), try await resumed.checkpoint())
        #expect(own.stepCount == 12 && expected.stepCount == 12)
        #expect(own.tensors.tensors == expected.tensors.tensors)
    }

    @Test("a checkpoint of another training is refused with all differences, and changes nothing")
    func foreign() async throws {
        let trainer = try await trainer(on: ReferenceBackend())
        let before = try await trainer.weights()
        let other = try await Trainer(
            LeNet5(), input: [1, 28, 28], optimizer: SGD(learningRate: 0.1), device: Device(ReferenceBackend()))
        let error = await #expect(throws: FoveaError.self) { try await trainer.restore(other.checkpoint()) }
        let text = error?.description ?? ""
        #expect(text.contains("The checkpoint is not of this training"))
        #expect(text.contains("`average/fc2.weight`") && text.contains("`momentum_buffer/conv2.weight`"))
        #expect(text.contains("not expected: ") && text.contains("`conv2.weight` is f32[16×6×5×5]"))
        #expect(try await trainer.weights().tensors == before.tensors)
    }

    @Test("averages that were not asked for are an error that says how")
    func noAverages() async throws {
        let trainer = try await Trainer(
            LeNet5(), input: [1, 28, 28], optimizer: SGD(learningRate: 0.1), device: Device(ReferenceBackend()))
        let error = await #expect(throws: FoveaError.self) { try await trainer.averagedWeights() }
        #expect(error?.description.contains("keeps no averages") == true)
        #expect(error?.description.contains("WeightAveraging") == true)
    }
}
