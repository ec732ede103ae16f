import FoveaGraph
import FoveaNN
import Testing

@testable import FoveaTraining

@Suite("Evaluation")
struct EvaluationTests {
    /// Four examples of three classes: two of class 0 (one called 1), one of class 1, one of class 2 (called 1).
    private var evaluation: Evaluation {
        get throws {
            var evaluation = Evaluation(classNames: ["a", "b", "c"])
            evaluation.add(
                logits: try Tensor([3, 3], [3, 1, 0, 0, 2, 1, -1, 5, 2]), labels: [0, 0, 1], loss: 1)
            evaluation.add(logits: try Tensor([1, 3], [0, 9, 3]), labels: [2], loss: 3)
            return evaluation
        }
    }

    @Test("counts, mean loss over examples, accuracy and the confusion matrix")
    func figures() throws {
        let evaluation = try evaluation
        #expect(evaluation.count == 4)
        #expect(evaluation.loss == 1.5)
        #expect(evaluation.accuracy == 0.5)
        #expect(evaluation.topFiveAccuracy == nil)
        #expect(evaluation.confusion == [[1, 1, 0], [0, 1, 0], [0, 1, 0]])
    }

    @Test("precision, recall and F1 of each class; 0 for a class that is never called")
    func perClass() throws {
        let figures = try evaluation.perClass
        #expect(figures.map(\.precision) == [1, 1.0 / 3, 0])
        #expect(figures.map(\.recall) == [0.5, 1, 0])
        #expect(figures.map(\.f1) == [2.0 / 3, 0.5, 0])
        #expect(figures.map(\.support) == [2, 1, 1])
    }

    @Test("with more than five classes, being among the five best counts")
    func topFive() throws {
        var evaluation = Evaluation(classNames: (0..<7).map(String.init))
        evaluation.add(
            logits: try Tensor([2, 7], [7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1]), labels: [4, 5], loss: 0)
        #expect(evaluation.topFiveAccuracy == 0.5)
    }

    @Test("logits that are NaN call no class")
    func notANumber() throws {
        var evaluation = Evaluation(classNames: ["a", "b"])
        evaluation.add(logits: try Tensor([3, 2], [.nan, .nan, 1, .nan, 2, 1]), labels: [0, 0, 0], loss: .nan)
        #expect(evaluation.count == 3)
        #expect(evaluation.accuracy == 1.0 / 3)
        #expect(evaluation.confusion == [[1, 0], [0, 0]])
    }

    @Test("NaN ranks last")
    func nanRanksLast() throws {
        #expect(try Tensor([1, 3], [.nan, -1, -2]).rankings(limit: 3) == [[1, 2, 0]])
        #expect(try Tensor([1, 3], [.nan, -1, -2]).rankings(limit: 1) == [[1]])
    }
}
