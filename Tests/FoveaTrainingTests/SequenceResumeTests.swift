import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("A training on sequences that goes on from a checkpoint")
struct SequenceResumeTests {
    private func tokens() throws -> SequenceSet {
        let lengths = (0..<120).map { 1 + $0 * 7 % 23 }
        let generator = CounterBasedGenerator(seed: 3, purpose: "tokens")
        let steps = (0..<lengths.reduce(0, +)).map { Int32(generator.uniform(at: $0) * 9) }
        return try SequenceSet(
            name: "tokens", classNames: ["a", "b"], labels: (0..<120).map { Int32($0 % 2) }, lengths: lengths,
            steps: .tokens(steps))
    }

    @Test(
        "in the middle of an epoch ends with the same bits, also with batches of like lengths",
        arguments: [false, true])
    func resumed(bucketing: Bool) async throws {
        let set = try tokens()
        let preparation = try SequencePreparation(fittedTo: set)
        let problem = SequenceZoo.Problem(classes: 2, channels: nil, steps: preparation.length, tokens: 9)
        var plan = TrainingPlan(epochs: 2, batchSize: 16, schedule: .cosine)
        plan.bucketing = bucketing
        func trainer(seed: UInt64) async throws -> Trainer {
            let entry = try #require(SequenceZoo.entry(named: "gru"))
            return try await Trainer(
                TracedNetwork(entry.make(problem, width: 6), inputs: problem.inputs), objective: Classification(),
                rule: UpdateRule(Adam(), clipNorm: 1), device: Device(try CPUBackend(threads: 2)), seed: seed)
        }
        let whole = try await trainer(seed: 1)
        var checkpoint: Checkpoint?
        for try await event in try whole.fit(set, preprocessing: preparation, plan: plan) {
            if case .step(let report, _, _, _) = event, report.step == 11 { checkpoint = try await whole.checkpoint() }
        }
        let resumed = try await trainer(seed: 9)
        try await resumed.restore(try #require(checkpoint))
        var steps: [Int] = []
        for try await event in try resumed.fit(set, preprocessing: preparation, plan: plan, resuming: true) {
            if case .step(let report, _, _, _) = event { steps.append(report.step) }
        }
        #expect(steps == Array(12...16))
        #expect(try await resumed.weights().tensors == whole.weights().tensors)
    }
}
