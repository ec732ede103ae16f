import Foundation
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaTraining

@Suite("Averages over views of an image")
struct TestTimeAugmentationTests {
    private let digits: DataSplits
    private let preprocessing: Preprocessing

    init() throws {
        digits = try Glyphs(seed: 5, trainingCount: 60, testCount: 50).splits()
        preprocessing = try Preprocessing(fittedTo: digits.training)
    }

    private func classifier() async throws -> Classifier {
        try await Trainer(
            LeNet5(), input: [1, 28, 28], optimizer: SGD(),
            device: ComputeDevice.cpu.open(BackendOptions(threads: 1, kernels: .fixed)), seed: 3
        ).classifier
    }

    private func probabilities(_ logits: Tensor) -> [[Double]] {
        logits.predictions(limit: 10).map { row in
            row.sorted { $0.index < $1.index }.map(\.probability)
        }
    }

    @Test("flip gives the mean of the probabilities of the image and its mirror image")
    func flip() async throws {
        let classifier = try await classifier()
        let test = try #require(digits.test)
        let images = try test.batch(0..<20, preprocessing: preprocessing).images
        let flipped = try test.batch(0..<20, transforms: [RandomHorizontalFlip(probability: 1), preprocessing]).images
        let plain = try probabilities(await classifier.logits(images))
        let mirrored = try probabilities(await classifier.logits(flipped))
        let averaged = try probabilities(await classifier.logits(images, averaging: .flip))
        #expect(plain != mirrored)
        for row in plain.indices {
            for column in 0..<10 {
                #expect(abs(averaged[row][column] - (plain[row][column] + mirrored[row][column]) / 2) < 1e-6)
            }
        }
        #expect(try await classifier.logits(images, averaging: .none) == classifier.logits(images))
    }

    @Test("loss and accuracy are those of the mean, for any batch size")
    func evaluation() async throws {
        let classifier = try await classifier()
        let test = try #require(digits.test)
        let images = try test.batch(0..<50, preprocessing: preprocessing).images
        let labels = try test.labels()
        let averaged = try probabilities(await classifier.logits(images, averaging: .flip))
        let loss = labels.enumerated().reduce(0) { $0 - log(averaged[$1.offset][Int($1.element)]) } / 50
        let right = labels.enumerated().count { row, label in
            averaged[row].indices.max { averaged[row][$0] < averaged[row][$1] } == Int(label)
        }
        for size in [50, 7] {
            let found = try await classifier.evaluate(
                test, preprocessing: preprocessing, averaging: .flip, batchSize: size)
            #expect(abs(found.loss - loss) < 1e-5 && found.accuracy == Double(right) / 50 && found.count == 50)
        }
        let plain = try await classifier.evaluate(test, preprocessing: preprocessing)
        #expect(abs(plain.loss - loss) > 1e-4)
    }

    @Test("probabilities too small for a number keep their logarithms")
    func extremes() throws {
        let views = [try Tensor([1, 3], [1000, 0, -2000]), try Tensor([1, 3], [0, 1000, -3000])]
        let mean = try Tensor.logarithmsOfMeanProbabilities(views).floats
        #expect(abs(mean[0] - log(0.5)) < 1e-6 && abs(mean[1] - log(0.5)) < 1e-6)
        // log (1/2 · (e^−3000 + e^−4000))
        #expect(abs(mean[2] + 3000.6931) < 1e-3)
    }
}
