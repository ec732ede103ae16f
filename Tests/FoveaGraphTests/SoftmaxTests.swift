import Foundation
import FoveaGraph
import Testing

@Suite("Softmax and cross-entropy")
struct SoftmaxTests {
    @Test("softmax gives probabilities in proportion to the exponentials, along any axis")
    func proportions() throws {
        let logits = try doubles([log(1), log(2), log(3), log(4)], [2, 2])
        #expect(try evaluate(Softmax(axis: -1), logits)[0].isClose(to: [1 / 3, 2 / 3, 3 / 7, 4 / 7]))
        #expect(try evaluate(Softmax(axis: 0), logits)[0].isClose(to: [1 / 4, 2 / 6, 3 / 4, 4 / 6]))
    }

    @Test("large logits do not overflow, and log-softmax keeps what softmax rounds to 0")
    func large() throws {
        let logits = try doubles([1e4, 0])
        #expect(try evaluate(Softmax(), logits)[0].doubles == [1, 0])
        #expect(try evaluate(LogSoftmax(), logits)[0].doubles == [0, -1e4])
    }

    @Test("the loss of a sure and right answer is 0, of an even guess among C classes ln C")
    func losses() throws {
        let logits = try doubles([100, 0, 0, 0, 0, 0], [2, 3])
        let result = try evaluate(SoftmaxCrossEntropy(), logits, Tensor(integers: [0, 2]))[0]
        #expect(result.isClose(to: [0, log(3)]))
    }

    @Test("class indices and the targets that stand for them give the same loss and gradient")
    func indicesAsTargets() throws {
        let logits = try doubles([1, 2, 3, -1, 0, 0.5], [2, 3])
        let upstream = try doubles([1, 2])
        let labels = Tensor(integers: [2, 0])
        let targets = try doubles([0, 0, 1, 1, 0, 0], [2, 3])
        let byIndex = try evaluate(SoftmaxCrossEntropy(), logits, labels)[0].doubles
        #expect(try evaluate(SoftmaxCrossEntropyWithTargets(), logits, targets)[0].isClose(to: byIndex))
        let gradient = try evaluate(SoftmaxCrossEntropyGradient(), logits, labels, upstream)[0].doubles
        #expect(
            try evaluate(SoftmaxCrossEntropyWithTargetsGradient(), logits, targets, upstream)[0].isClose(to: gradient))
    }

    @Test("a label that names no class gives NaN for its example only")
    func invalidLabels() throws {
        let logits = try doubles([0, 0, 0, 0, 0, 0, 0, 0], [4, 2])
        let labels = Tensor(integers: [-1, 2, .max, 1])
        #expect(try evaluate(SoftmaxCrossEntropy(), logits, labels)[0].isClose(to: [.nan, .nan, .nan, log(2)]))
        let gradient = try evaluate(SoftmaxCrossEntropyGradient(), logits, labels, doubles([1, 1, 1, 1]))[0]
        #expect(gradient.isClose(to: [.nan, .nan, .nan, .nan, .nan, .nan, 0.5, -0.5]))
    }
}
