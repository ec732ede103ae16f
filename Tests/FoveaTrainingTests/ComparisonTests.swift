import FoveaGraph
import Testing

@testable import FoveaTraining

@Suite("Networks compared")
struct ComparisonTests {
    @Test("McNemar's test, Wilson's interval and binomial tails have SciPy's numbers")
    func golden() throws {
        let golden = try CalibrationGolden.load()
        try #require(golden.mcnemar.count == 8 && golden.wilson.count == 6 && golden.tails.count == 6)
        for row in golden.mcnemar {
            let test = McNemarTest(onlyFirst: Int(row[0]), onlySecond: Int(row[1]))
            #expect(abs(test.pValue - row[2]) <= 1e-9 * row[2], "\(row): \(test.pValue)")
        }
        for row in golden.wilson {
            let interval = WilsonInterval(successes: Int(row[0]), of: Int(row[1]))
            #expect(abs(interval.lower - row[2]) < 1e-12 && abs(interval.upper - row[3]) < 1e-12, "\(row)")
        }
        for row in golden.tails {
            let tail = BinomialDistribution(upToTrials: Int(row[1]))
                .upperTail(Int(row[0]), of: Int(row[1]), probability: row[2])
            #expect(abs(tail - row[3]) <= 1e-9 * row[3], "\(row): \(tail)")
        }
    }

    @Test("Holm's correction multiplies the smallest by the number of tests, and keeps the order")
    func holm() {
        let adjusted = [0.01, 0.04, 0.03, 0.005].holmAdjusted
        let expected = [0.03, 0.06, 0.06, 0.02]
        #expect(zip(adjusted, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect([0.7, 0.6].holmAdjusted == [1, 1] && [Double]().holmAdjusted.isEmpty)
    }

    @Test("counts who is right, in pairs, and where any two disagree")
    func counts() throws {
        let comparison = try Comparison(
            labels: [0, 1, 2, 0, 1], answers: [[0, 1, 2, 1, 0], [0, 1, 0, 1, 2], [0, 2, 2, 0, 0]])
        #expect(comparison.scores.map(\.right) == [3, 2, 3] && comparison.scores[0].accuracy == 0.6)
        #expect(comparison.pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
        let first = comparison.pairs[0]
        #expect(first.bothRight == 2 && first.bothWrong == 2)
        #expect(first.test.onlyFirst == 1 && first.test.onlySecond == 0 && first.test.pValue == 1)
        #expect(comparison.disagreements == [1, 2, 3, 4], "of the last, both answers are wrong and differ")
        #expect(comparison.pairs.allSatisfy { !$0.isSignificant })
    }

    @Test("finds the better one of two that differ on many examples")
    func significant() throws {
        let labels = (0..<100).map { $0 % 2 }
        let good = labels.enumerated().map { $0.offset < 95 ? $0.element : 1 - $0.element }
        let bad = labels.enumerated().map { $0.offset < 70 ? $0.element : 1 - $0.element }
        let pair = try #require(try Comparison(labels: labels, answers: [good, bad]).pairs.first)
        #expect(pair.isSignificant && pair.test.onlyFirst == 25 && pair.adjustedPValue == pair.test.pValue)
    }

    @Test(
        "needs two networks and an answer of each to each example",
        arguments: [([0, 1], [[0, 1]]), ([], [[], []]), ([0, 1], [[0, 1], [0]])] as [([Int], [[Int]])])
    func refusals(labels: [Int], answers: [[Int]]) {
        let error = #expect(throws: FoveaError.self) { try Comparison(labels: labels, answers: answers) }
        #expect(error?.code == .badData && error?.problem.contains("cannot be compared") == true)
    }
}
