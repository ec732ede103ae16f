import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("The CPU backend trains as the reference does")
struct BackendsAgreeTests {
    private func lossCurve(on device: ComputeDevice, steps: Int) async throws -> [Float] {
        let digits = try Glyphs(seed: 5, trainingCount: 400, testCount: 10).splits().training
        let preprocessing = try Preprocessing(fittedTo: digits)
        let trainer = try await Trainer(
            LeNet5(), input: [1, 28, 28], optimizer: SGD(learningRate: 0.02, momentum: 0.9),
            device: device.open(BackendOptions(threads: device == .cpu ? 2 : nil)), seed: 7)
        let plan = TrainingPlan(epochs: 1, batchSize: 8, seed: 7)
        var losses: [Float] = []
        for try await event in try trainer.fit(digits, preprocessing: preprocessing, plan: plan) {
            if case .step(let report, _, _, _) = event { losses.append(report.loss) }
        }
        return Array(losses.prefix(steps))
    }

    @Test("LeNet-5: the same loss curve over 50 steps within 1e-4")
    func lenet() async throws {
        let expected = try await lossCurve(on: .reference, steps: 50)
        let losses = try await lossCurve(on: .cpu, steps: 50)
        #expect(losses.count == 50)
        #expect(expected[49] < 0.9 * expected[0])
        let error = zip(losses, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(error < 1e-4)
    }
}
