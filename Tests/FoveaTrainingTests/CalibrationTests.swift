import Foundation
import FoveaFormats
import FoveaGraph
import Testing

@testable import FoveaTraining

/// Numbers of `script/pytorch/make_calibration_goldens.py`.
struct CalibrationGolden: Decodable {
    struct Case: Decodable {
        let logits: [Float]
        let labels: [Int32]
        let temperature: Double
        let losses: [Double]
        let errors: [Double]

        var examples: ClassifiedExamples {
            get throws { try ClassifiedExamples(logits: Tensor([labels.count, 5], logits), labels: labels) }
        }
    }

    let cases: [Case]
    let mcnemar: [[Double]]
    let wilson: [[Double]]
    let tails: [[Double]]

    static func load() throws -> CalibrationGolden {
        let url = try #require(
            Bundle.module.url(forResource: "calibration", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(CalibrationGolden.self, from: Data(contentsOf: url))
    }
}

@Suite("Calibration")
struct CalibrationTests {
    @Test("finds PyTorch's temperature, and its losses and calibration errors before and after")
    func golden() throws {
        let cases = try CalibrationGolden.load().cases
        try #require(cases.count == 2)
        for golden in cases {
            let found = try Calibration(golden.examples)
            // L-BFGS in double precision leaves a gradient of 1e-14.
            #expect(abs(found.scaling.temperature - golden.temperature) < 1e-6 * golden.temperature)
            #expect(!found.scaling.isAtBound && found.examples == 240)
            #expect(abs(found.scaling.lossBefore - golden.losses[0]) < 1e-12)
            #expect(abs(found.scaling.lossAfter - golden.losses[1]) < 1e-12)
            #expect(abs(found.before.expectedCalibrationError - golden.errors[0]) < 1e-12)
            // Probabilities move by as much as the temperature does.
            #expect(abs(found.after.expectedCalibrationError - golden.errors[1]) < 1e-6)
            #expect(found.scaling.lossAfter < found.scaling.lossBefore)
            let saved = try found.forModel
            #expect(saved.temperature == found.scaling.temperature && saved.examples == 240 && saved.threshold == nil)
        }
    }

    @Test("answers that are all right, or all wrong, lead to a bound, and it says so")
    func bounds() throws {
        let logits = try Tensor([4, 3], [5, 0, 1, 0, 3, 0, 2, 1, 0, 0, 0, 4])
        let right = try TemperatureScaling(ClassifiedExamples(logits: logits, labels: [0, 1, 0, 2]))
        #expect(right.isAtBound && right.temperature == 0.1 && right.lossAfter < right.lossBefore)
        let wrong = try TemperatureScaling(ClassifiedExamples(logits: logits, labels: [1, 0, 2, 0]))
        #expect(wrong.isAtBound && wrong.temperature == 10 && wrong.lossAfter < wrong.lossBefore)
        let silent = try TemperatureScaling(
            ClassifiedExamples(logits: Tensor([2, 2], [1, 1, 3, 3] as [Float]), labels: [0, 1]))
        #expect(!silent.isAtBound && silent.temperature == 1, "equal logits say nothing at any temperature")
    }

    @Test("large logits neither overflow nor lose the temperature")
    func largeLogits() throws {
        let golden = try CalibrationGolden.load().cases[0]
        let shifted = golden.logits.enumerated().map { $1 + Float($0 / 5 % 3) * 4096 }
        let found = try TemperatureScaling(
            ClassifiedExamples(logits: Tensor([240, 5], shifted), labels: golden.labels))
        // A Float near 8192 has steps of 1/1024.
        #expect(abs(found.temperature - golden.temperature) < 0.01)
    }

    @Test("needs examples, labels that are classes, and finite logits")
    func refusals() throws {
        let pair = try Tensor([2, 2], [1, 0, 0, 1] as [Float])
        for (logits, labels, words) in [
            (pair, [0], "do not fit 1 labels"), (pair, [0, 2], "The label 2 of example 1 is none of the 2 classes."),
            (try Tensor([2, 2], [1, 0, .nan, 1]), [0, 1], "The logits of example 1 are not finite."),
            (try Tensor([2, 2], [.infinity, 0, 1, 1]), [0, 1], "The logits of example 0 are not finite."),
        ] as [(Tensor, [Int32], String)] {
            let error = #expect(throws: FoveaError.self) { try ClassifiedExamples(logits: logits, labels: labels) }
            #expect(error?.code == .badData && error?.problem.contains(words) == true)
        }
        let empty = #expect(throws: FoveaError.self) { try TemperatureScaling(ClassifiedExamples(classes: 2)) }
        #expect(empty?.problem == "There are no examples to fit a temperature to.")
    }

    @Test("bins are open below and closed above; sure and right answers have no error")
    func bins() throws {
        var reliability = Reliability(bins: 2)
        for (probability, isRight) in [(0.5, true), (0.51, false), (1.0, true), (0.25, true)] {
            reliability.add(probability, isRight: isRight)
        }
        #expect(reliability.bins.map(\.count) == [2, 2])
        #expect(reliability.bins[0].accuracy == 1 && reliability.bins[0].confidence == 0.375)
        #expect(reliability.bins[1].accuracy == 0.5 && abs(reliability.bins[1].confidence - 0.755) < 1e-12)
        #expect(abs(reliability.expectedCalibrationError - (0.5 * 0.625 + 0.5 * 0.255)) < 1e-12)
        #expect(Reliability().expectedCalibrationError == 0 && Reliability().bins.count == 15)
    }

    @Test("a temperature flattens the probabilities of predictions, and no answer changes")
    func predictions() throws {
        let logits = try Tensor([1, 3], [2, 0, 1])
        let plain = logits.predictions(limit: 3)[0]
        let flat = logits.predictions(limit: 3, temperature: 2)[0]
        #expect(flat.map(\.index) == plain.map(\.index) && flat[0].probability < plain[0].probability)
        #expect(abs(flat[0].probability - exp(1) / (exp(1) + 1 + exp(0.5))) < 1e-12)
        #expect(abs(flat.reduce(0) { $0 + $1.probability } - 1) < 1e-12)
    }
}

@Suite("The threshold of answers")
struct AnswerThresholdTests {
    /// Examples whose answers are right with the probability that the network states.
    private func draw(_ count: Int, _ random: inout CounterBasedGenerator.Stream) -> [(
        probability: Double, isRight: Bool
    )] {
        (0..<count).map { _ in
            let probability = 1 - 0.7 * pow(random.uniform(), 2)
            return (probability, random.uniform() < probability)
        }
    }

    /// The precision of answers from a threshold on, by the distribution that ``draw(_:_:)`` draws from.
    private func truePrecision(from threshold: Double) -> Double {
        let last = (max(0, 1 - threshold) / 0.7).squareRoot()
        // The mean of 1 − 0.7 u² over 0...last.
        return 1 - 0.7 * min(1, last) * min(1, last) / 3
    }

    @Test(
        "keeps the wanted precision on unseen examples, or misses it by less than 3 points",
        arguments: [500, 1000, 2000])
    func unseen(count: Int) throws {
        var random = CounterBasedGenerator(seed: UInt64(count), purpose: "calibration").stream
        for wanted in [0.85, 0.9, 0.95] {
            var kept: [Double] = []
            while kept.count < 200 {
                // Few examples do not always show the wanted precision.
                guard let threshold = try? AnswerThreshold(draw(count, &random), wantedPrecision: wanted) else {
                    continue
                }
                #expect(threshold.precision >= wanted)
                kept.append(truePrecision(from: threshold.probability))
            }
            // One in ten may fall short at all: 20 of 200, with a deviation of 4.2.
            #expect(kept.count { $0 < wanted } <= 33, "\(kept.count { $0 < wanted }) of 200 for \(wanted)")
            #expect(kept.count { $0 < wanted - 0.03 } <= 2, "\(kept.min() ?? 0) for \(wanted)")
        }
    }

    @Test("answers as many as keep the precision, and lies between two examples")
    func widest() throws {
        // 60 right answers, then 40 of which every second is right.
        let answers = (0..<100).map { number -> (probability: Double, isRight: Bool) in
            (1 - Double(number) / 200, number < 60 || number % 2 == 0)
        }
        let threshold = try AnswerThreshold(answers, wantedPrecision: 0.9)
        #expect(threshold.answered == 67 && threshold.right == 64 && threshold.examples == 100)
        #expect(threshold.probability > answers[67].probability && threshold.probability < answers[66].probability)
        #expect(threshold.coverage == 0.67 && threshold.precision == 64.0 / 67)
        let all = try AnswerThreshold(answers, wantedPrecision: 0.7)
        #expect(all.answered == 100 && all.probability == answers[99].probability)
    }

    @Test("equal probabilities are answered together or not at all")
    func ties() throws {
        var answers = [(probability: Double, isRight: Bool)](repeating: (0.9, true), count: 50)
        for number in 0..<50 { answers.append((probability: 0.6, isRight: number < 20)) }
        let threshold = try AnswerThreshold(answers, wantedPrecision: 0.9)
        #expect(threshold.answered == 50 && threshold.probability == 0.75)
    }

    @Test("that cannot be reached says what the best is, and how many examples it takes")
    func unreachable() throws {
        let few = (0..<20).map { number -> (probability: Double, isRight: Bool) in (1 - Double(number) / 100, true) }
        let error = #expect(throws: FoveaError.self) { try AnswerThreshold(few, wantedPrecision: 0.95) }
        // 0.1 ^ (1 / 20)
        #expect(
            error?.problem
                == "No threshold shows a precision of 0.95: the best that these 20 examples show is 0.891.")
        #expect(error?.remedy.contains("at least 45 answers, all right") == true && error?.code == .badData)
        let wrong = few.map { (probability: $0.probability, isRight: false) }
        let none = #expect(throws: FoveaError.self) { try AnswerThreshold(wrong, wantedPrecision: 0.5) }
        #expect(none?.problem.hasSuffix("show is 0.000.") == true)
        for precision in [0, 1, -0.5, .nan] {
            let error = #expect(throws: FoveaError.self) { try AnswerThreshold(few, wantedPrecision: precision) }
            #expect(error?.code == .usage)
        }
    }
}
