import Foundation
import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaTraining

/// The same network, recipe, weights and batches as in `script/pytorch/make_fine_tuning_goldens.py`.
@Suite("Rates that fall toward the input, over one cycle, give PyTorch's numbers")
struct FineTuningGoldenTests {
    private struct Golden: Decodable {
        let rates: [Double]
        let weights: [String: [Float]]
        let averages: [String: [Float]]
    }

    private static func golden() throws -> Golden {
        let url = try #require(
            Bundle.module.url(forResource: "fine_tuning", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    private func expectClose(_ weights: Weights, _ expected: [String: [Float]]) throws {
        #expect(!expected.isEmpty)
        for (path, values) in expected {
            let all = try #require(weights[path]).floats
            let stride = max(1, all.count / 60)
            let own = all.indices.filter { $0.isMultiple(of: stride) }.map { all[$0] }
            try #require(own.count == values.count)
            let error = zip(own, values).map { abs($0 - $1) }.max() ?? 0
            #expect(error < 1e-4, "\(path) differs by \(error)")
        }
    }

    @Test("the default recipe's rule: weights and averages after 20 steps, within 1e-4", arguments: [true, false])
    func twentySteps(onProcessor: Bool) async throws {
        let golden = try Self.golden()
        let network = TracedNetwork(SmallCNN(classes: 10, dropout: 0), input: [1, 12, 12])
        let parameters = try network.parameters
        var recipe = FineTuningRecipe()
        (recipe.optimizer, recipe.learningRateDecay) = (AdamW(learningRate: 3e-3, weightDecay: 0.01), 0.5)
        (recipe.averaging, recipe.labelSmoothing) = (WeightAveraging(decay: 0.99, warmsUp: true), 0.1)
        let plan = try FineTuningPlan(
            ModelZoo.entry(named: "smallcnn"), recipe, parameters: parameters, formerHead: nil)
        let backend: any Backend =
            onProcessor ? try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) : ReferenceBackend()
        let trainer = try await Trainer(
            network, objective: Classification(CrossEntropyLoss(labelSmoothing: recipe.labelSmoothing)),
            rule: try #require(plan.phases.last).rule, device: Device(backend), seed: 1,
            weights: goldenStart(parameters))
        let schedule = LearningRateSchedule(.oneCycle, totalSteps: golden.rates.count)
        for (step, rate) in golden.rates.enumerated() {
            let factor = schedule.factor(at: step)
            #expect(abs(factor * 3e-3 - rate) < 1e-12, "the rate of step \(step)")
            let batch = Batch(
                indices: Array(0..<8), images: try goldenNoise([8, 1, 12, 12], 2000 + step, bound: 3.0.squareRoot()),
                labels: Tensor(integers: (0..<8).map { Int32(($0 + step) % 10) }))
            _ = try await trainer.step(batch, learningRateFactor: factor)
        }
        try expectClose(await trainer.weights(), golden.weights)
        try expectClose(await trainer.averagedWeights(), golden.averages)
    }

    @Test(
        "one cycle of any length has PyTorch's rates at its ends and its peak", arguments: [2, 3, 4, 7, 10, 64, 1000])
    func ends(of length: Int) {
        let factors = (0..<length).map { LearningRateSchedule(.oneCycle, totalSteps: length).factor(at: $0) }
        #expect(factors.allSatisfy { $0.isFinite && $0 > 0 && $0 <= 1 + 1e-12 })
        #expect(abs(factors[length - 1] - 4e-6) < 1e-12)
        // PyTorch's peak lies at 0.3·length − 1, which a short cycle does not reach.
        if length > 3 { #expect(abs(factors[0] - 0.04) < 1e-12) }
    }
}
