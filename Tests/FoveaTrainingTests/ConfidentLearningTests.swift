import Foundation
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("Labels that are probably wrong")
struct ConfidentLearningTests {
    @Test("have another class that is at least as likely as it is on average of its own examples")
    func definition() throws {
        let probabilities: [[Double]] = [
            [0.9, 0.1], [0.7, 0.3], [0.2, 0.8],  // labelled 0: the threshold is 0.6
            [0.1, 0.9], [0.45, 0.55], [0.65, 0.35],  // labelled 1: the threshold is 0.6
        ]
        let found = try ConfidentLearning(labels: [0, 0, 0, 1, 1, 1], probabilities: probabilities)
        #expect(zip(found.thresholds, [0.6, 0.6]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(found.joint == [[2, 1], [1, 1]], "0.55 is confident of neither class")
        #expect(found.candidates.map(\.index) == [2, 5], "0.2 - 0.8 is below 0.35 - 0.65")
        #expect(found.candidates[0].given == 0 && found.candidates[0].suggested == 1)
        #expect(found.candidates[1].probabilityOfGiven == 0.35 && found.candidates[1].probabilityOfSuggested == 0.65)
    }

    @Test("are found among labels that were changed at random, with few others")
    func noise() throws {
        let generator = CounterBasedGenerator(seed: 5, purpose: "noise")
        var random = generator.stream
        let classes = 4
        var (labels, rows, changed): ([Int32], [[Double]], Set<Int>) = ([], [], [])
        for index in 0..<2000 {
            let truth = index % classes
            // A network that is sure where it is right, and takes one in ten for any class, less surely.
            let isUnsure = random.next() % 10 == 0
            let seen = isUnsure ? Int(random.next() % UInt64(classes)) : truth
            let strength = isUnsure ? 1.0 : 3.0
            var strengths: [Double] = []
            for index in 0..<classes { strengths.append(exp((index == seen ? strength : 0.0) + 0.5 * random.normal())) }
            let sum = strengths.reduce(0, +)
            rows.append(strengths.map { $0 / sum })
            let isChanged = random.next() % 20 == 0
            if isChanged { changed.insert(index) }
            labels.append(Int32(isChanged ? (truth + 1) % classes : truth))
        }
        let found = try ConfidentLearning(labels: labels, probabilities: rows)
        let first = Set(found.candidates.prefix(changed.count).map(\.index))
        let hits = Double(first.intersection(changed).count) / Double(changed.count)
        #expect(hits > 0.6, "by chance one in twenty would be: \(hits)")
        #expect(found.candidates.count { changed.contains($0.index) } > found.candidates.count * 4 / 5)
        #expect(zip(found.candidates, found.candidates.dropFirst()).allSatisfy { $0.margin <= $1.margin })
        #expect(found.joint.joined().reduce(0, +) <= 2000)
    }

    @Test(
        "need a row of probabilities for each label",
        arguments: [
            ([0, 1], [[1, 0]]), ([0], [[1, 0], [0, 1]]), ([2], [[1, 0]]), ([-1], [[1, 0]]), ([0], [[2, 0]]),
            ([0], [[.nan, 0]]), ([0, 0], [[1, 0], [1]]), ([], []),
        ] as [([Int32], [[Double]])])
    func wrong(labels: [Int32], probabilities: [[Double]]) {
        let error = #expect(throws: FoveaError.self) {
            try ConfidentLearning(labels: labels, probabilities: probabilities)
        }
        #expect(error?.code == .badData)
    }

    /// Grey images of three classes by their brightness; some labels are those of the next class.
    private func greys(changed: Set<Int>) throws -> Dataset {
        let labels = (0..<120).map { Int32(changed.contains($0) ? ($0 + 1) % 3 : $0 % 3) }
        var pixels: [UInt8] = []
        for index in 0..<120 {
            let light = 30 + index % 3 * 90
            for pixel in 0..<4 { pixels.append(UInt8(light + (index * 7 + pixel) % 20)) }
        }
        return try Dataset(
            name: "greys", classNames: ["dark", "middle", "light"], labels: labels, pixels: pixels, channels: 1,
            height: 2,
            width: 2)
    }

    @Test("are found by networks that were trained on the other examples")
    func outOfFold() async throws {
        let changed: Set = [7, 32, 77]
        let source = try greys(changed: changed)
        let preprocessing = try Preprocessing(fittedTo: source)
        let outOfFold = try OutOfFold(source, folds: 3, seed: 1)
        let network = Sequential {
            Flatten()
            Dense(12)
            ReLU()
            Dense(3)
        }
        func probabilities() async throws -> [[Double]] {
            try await outOfFold.probabilities(
                plan: TrainingPlan(epochs: 20, batchSize: 10, seed: 3), transforms: [], preprocessing: preprocessing
            ) {
                try await Trainer(
                    network, input: [1, 2, 2], optimizer: Adam(learningRate: 0.03), device: Device(ReferenceBackend()),
                    seed: 3)
            }
        }
        let rows = try await probabilities()
        #expect(rows.count == 120 && rows.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-6 })
        let found = try ConfidentLearning(labels: source.labels(), probabilities: rows)
        #expect(Set(found.candidates.prefix(3).map(\.index)) == changed, "\(found.candidates.prefix(6))")
        #expect(found.candidates.prefix(3).allSatisfy { $0.suggested == $0.index % 3 })
        #expect(try await probabilities() == rows, "the same seed gives the same")
    }

    @Test("cannot be looked for with one fold, or where a class has a single example")
    func wrongFolds() throws {
        let source = try greys(changed: [])
        let one = #expect(throws: FoveaError.self) { try OutOfFold(source, folds: 1, seed: 1) }
        #expect(one?.problem == "The number of folds is 1.")
        let single = #expect(throws: FoveaError.self) {
            try OutOfFold(source.subset([0, 1, 3, 4, 2]), folds: 2, seed: 1)
        }
        #expect(single?.problem == "The class 2 of `greys` has a single example.")
    }
}
