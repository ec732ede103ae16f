import Foundation
import FoveaCPU
import FoveaGraph
import FoveaRuntime
import Testing

@testable import FoveaTraining

/// The same features as in `script/pytorch/make_logistic_goldens.py`.
@Suite("Logistic regression")
struct LogisticRegressionTests {
    private struct Golden: Decodable {
        let classes: Int
        let penalty: Double
        let weights: [Float]
        let bias: [Float]
    }

    private static func goldens() throws -> [Golden] {
        let file = try #require(
            Bundle.module.url(forResource: "logistic", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
    }

    private static let (examples, width) = (90, 7)

    private func features(classes: Int) throws -> (tensor: Tensor, labels: [Int32]) {
        let (rows, means) = (
            try goldenNoise([Self.examples, Self.width], 1, bound: 1).floats,
            try goldenNoise([classes, Self.width], 2, bound: 0.5).floats
        )
        let labels = (0..<Self.examples).map { Int32($0 % classes) }
        let elements = rows.indices.map { index in
            let (row, column) = (index / Self.width, index % Self.width)
            let value = rows[index] + means[Int(labels[row]) * Self.width + column]
            return column == 3 ? 7 : value * Float(column + 1) + 10 * Float(column)
        }
        return (try Tensor([Self.examples, Self.width], elements), labels)
    }

    private func names(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

    private func largestDifference(_ first: Tensor, _ second: [Float]) -> Float {
        zip(first.floats, second).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test("gives scikit-learn's weights and biases, on both backends")
    func goldens() async throws {
        for backend in [ReferenceBackend(), try CPUBackend()] as [any Backend] {
            for golden in try Self.goldens() {
                let (tensor, labels) = try features(classes: golden.classes)
                let model = try await LogisticRegression.fit(
                    tensor, labels: labels, classNames: names(golden.classes), penalty: golden.penalty,
                    tolerance: 1e-6, on: Device(backend))
                #expect(model.weights.shape == [golden.classes, Self.width] && model.hasConverged)
                #expect(largestDifference(model.weights, golden.weights) < 1e-4, "\(golden.classes) classes")
                #expect(largestDifference(model.bias, golden.bias) < 1e-3, "means of the columns are up to 60")
            }
        }
    }

    @Test("returns what its logits say: loss and accuracy are those of W·x + b")
    func logits() async throws {
        let (tensor, labels) = try features(classes: 3)
        let device = try Device(CPUBackend())
        let model = try await LogisticRegression.fit(
            tensor, labels: labels, classNames: names(3), penalty: 0.01, on: device)
        let logits = try await model.logits(tensor, on: device)
        let predictions = logits.predictions(limit: 3)
        let losses = zip(predictions, labels).map { row, label in
            -log(row.first { $0.index == Int(label) }?.probability ?? 0)
        }
        #expect(abs(losses.reduce(0, +) / Double(Self.examples) - model.loss) < 1e-5)
        let rightCount = zip(predictions, labels).count { $0[0].index == Int($1) }
        #expect(model.accuracy == Double(rightCount) / Double(Self.examples))
    }

    @Test("takes the penalty that cross-validation finds best, the same one for the same seed")
    func crossValidates() async throws {
        let (tensor, labels) = try features(classes: 3)
        let device = try Device(CPUBackend())
        func validated(seed: UInt64) async throws -> (LogisticRegression, LogisticRegression.CrossValidation) {
            try await LogisticRegression.crossValidated(
                tensor, labels: labels, classNames: names(3), seed: seed, on: device)
        }
        let (model, validation) = try await validated(seed: 1)
        let best = validation.scores[validation.best]
        #expect(validation.folds == 5 && model.penalty == best.penalty)
        #expect(validation.scores.allSatisfy { $0.loss >= best.loss })
        #expect(validation.scores.map(\.penalty) == Array(LogisticRegression.penalties.prefix(validation.scores.count)))
        #expect(validation.best > 0, "the strongest penalty leaves nothing of the weights")
        #expect(best.loss > model.loss, "held-out examples are less sure than those that were fitted")
        let again = try await validated(seed: 1)
        #expect(again.0 == model && again.1 == validation)
        #expect(try await validated(seed: 2).1 != validation)
    }

    @Test("holds out views of one picture together: with those apart it would praise weights that know them by heart")
    func groups() async throws {
        // Labels by chance: nothing can be learnt, except from another view of the same picture.
        let pictures = 40
        let noise = try goldenNoise([pictures, 30], 5, bound: 1).floats
        let labels = (0..<3 * pictures).map { Int32($0 % pictures * 7 % 2) }
        let tensor = try Tensor([3 * pictures, 30], noise + noise + noise)
        let device = try Device(CPUBackend())
        func best(_ groups: [Int]?) async throws -> Double {
            let validation = try await LogisticRegression.crossValidated(
                tensor, labels: labels, classNames: names(2), groups: groups, on: device
            ).validation
            return validation.scores[validation.best].loss
        }
        #expect(try await best(nil) < 0.2)
        #expect(try await best((0..<3 * pictures).map { $0 % pictures }) > 0.6)
    }

    @Test("has fewer folds where a class has fewer examples")
    func fewExamples() async throws {
        let (tensor, labels) = try features(classes: 3)
        let few = labels.enumerated().map { $0 < 9 ? $1 : min($1, 1) }
        let validation = try await LogisticRegression.crossValidated(
            tensor, labels: few, classNames: names(3), on: Device(CPUBackend())
        ).validation
        #expect(validation.folds == 3)
    }

    @Test("names what it cannot fit")
    func mistakes() async throws {
        let (tensor, labels) = try features(classes: 3)
        var damaged = tensor.floats
        damaged[5 * Self.width] = .nan
        let broken = try Tensor(tensor.shape, damaged)
        let lonely = labels.enumerated().map { $0 == 2 ? 2 : min($1, 1) }
        func message(
            _ features: Tensor, _ labels: [Int32], _ names: [String], _ penalties: [Double] = [1], groups: [Int]? = nil
        ) async -> String {
            do {
                _ = try await LogisticRegression.crossValidated(
                    features, labels: labels, classNames: names, groups: groups, penalties: penalties,
                    on: Device(ReferenceBackend()))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        for (message, words) in [
            (await message(broken, labels, names(3)), "The features of example 5 are not finite."),
            (await message(tensor, labels, names(1)), "There is a single class"),
            (await message(tensor, labels, names(2)), "The label of example 2 is 2."),
            (await message(tensor, labels, names(4)), "The class `class 3` has no example."),
            (await message(tensor, lonely, names(3)), "The class `class 2` has a single example."),
            (await message(tensor, [0, 1], names(2)), "There are 2 labels for features 90×7."),
            (await message(tensor, labels, names(3), [.nan]), "The penalty of a logistic regression is nan."),
            (await message(tensor, labels, names(3), [-1]), "The penalty of a logistic regression is -1.0."),
            (await message(tensor, labels, names(3), []), "There is no penalty to choose."),
            (await message(tensor, labels, names(3), groups: [0]), "There are 1 groups for 90 examples."),
            (
                await message(tensor, labels, names(3), groups: labels.map { Int($0) / 2 }),
                "Example 1 has the label 1, and others of its group 0."
            ),
            (
                await message(try tensor.reshaped(to: [90, 7, 1]), labels, names(3)),
                "not a row of f32 for each example"
            ),
        ] {
            #expect(message.contains(words), "\(message)")
        }
    }
}
