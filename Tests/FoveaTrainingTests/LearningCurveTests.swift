import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaTraining

@Suite("Learning curves")
struct LearningCurveTests {
    /// Results for two classes, right where it says so.
    private func measured(_ right: [Bool], at indices: [Int]? = nil) throws -> ClassifiedExamples {
        var examples = ClassifiedExamples(classes: 2)
        let logits = try Tensor([right.count, 2], right.flatMap { $0 ? [0, 1] : [1, 0] })
        examples.append(logits, right.map { _ in 1 }, at: indices ?? Array(right.indices))
        return examples
    }

    @Test("points are in the order of their training examples, with Wilson's intervals")
    func points() throws {
        var curve = LearningCurve()
        #expect(curve.lastGain == nil)
        curve.add("all", trainedOn: 100, try measured([true, true, true, false]))
        #expect(curve.lastGain == nil)
        curve.add("10 %", trainedOn: 10, try measured([true, false, false, false]))
        curve.add("50 %", trainedOn: 50, try measured([true, true, false, false]))
        #expect(curve.points.map(\.part) == ["10 %", "50 %", "all"])
        #expect(curve.points.map(\.accuracy) == [0.25, 0.5, 0.75])
        #expect(curve.points[2].interval == WilsonInterval(successes: 3, of: 4))
    }

    @Test("the last gain is tested on the examples that both of its points measured")
    func gain() throws {
        var curve = LearningCurve()
        let many = 40
        curve.add("25 %", trainedOn: 25, try measured((0..<many).map { $0 < 20 }))
        // One of the examples could not be read this time, and ten more are right.
        curve.add("all", trainedOn: 100, try measured((1..<many).map { $0 < 30 }, at: Array(1..<many)))
        let gain = try #require(curve.lastGain)
        #expect(gain.test == McNemarTest(onlyFirst: 0, onlySecond: 10) && gain.isSignificant)
        #expect(gain.before.part == "25 %" && gain.after.part == "all")
        #expect(abs(gain.difference - 10.0 / 39) < 1e-12 && abs(gain.perDoubling - 5.0 / 39) < 1e-12)
        curve.add("more", trainedOn: 200, try measured((0..<many).map { $0 < 31 }))
        #expect(try #require(curve.lastGain).isSignificant == false)
    }

    @Test("a point of a fine-tuning is that of its best epoch")
    func fineTuning() async throws {
        let digits = try Glyphs(seed: 5, trainingCount: 120, testCount: 60).splits()
        let validation = try #require(digits.test)
        let entry = try ModelZoo.entry(named: "smallcnn")
        let file = try withTemporaryFolder { folder in
            let network = TracedNetwork(entry.make(7), input: [1, 28, 28])
            let path = "\(folder)/weights.safetensors"
            try Safetensors.write(Weights(initializing: network.parameters, seed: 9).tensors, to: path)
            return try SafetensorsFile(at: path)
        }
        var recipe = FineTuningRecipe()
        (recipe.head, recipe.epochs, recipe.batchSize) = (.linear, 2, 16)
        let tuning = try FineTuning(
            entry, recipe, weights: file, source: "weights", classes: 10,
            preprocessing: Preprocessing(fittedTo: digits.training))
        let device = try ComputeDevice.cpu.open(BackendOptions(threads: 2, kernels: .fixed))
        let part = try digits.training.nestedSubsets(.perClass([4]), seed: 1)[0].examples
        var accuracies: [Double] = []
        let examples = try await tuning.classify(validation, afterTrainingOn: part, on: device) { event in
            if case .epoch(let metrics, _) = event { accuracies.append(Double(metrics.validationAccuracy ?? -1)) }
        }
        #expect(accuracies.count == 3 && examples.count == 60)
        let accuracy = Double(zip(examples.answers, examples.labels).count { $0 == Int($1) }) / 60
        #expect(abs(accuracy - (accuracies.max() ?? 0)) < 1e-6)
    }
}
