import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("A contest of networks over sequences")
struct SequenceContestTests {
    @Test("counts trainings that diverge instead of ending with them")
    func divergence() async throws {
        let noise = CounterBasedGenerator(seed: 1, purpose: "series")
        let series = try SequenceSet(
            name: "noise", classNames: ["a", "b"], labels: (0..<16).map { Int32($0 % 2) },
            lengths: Array(repeating: 5, count: 16),
            steps: .series((0..<80).map { Float(noise.uniform(at: $0)) }, channels: 1))
        let preparation = try SequencePreparation(fittedTo: series)
        let problem = SequenceZoo.Problem(classes: 2, channels: 1, steps: 5)
        let entry = try #require(SequenceZoo.entry(named: "gru"))
        let recipe = ContestRecipe(epochs: 3, batchSize: 8, learningRates: [1e38], tuningSeeds: [0], seeds: [0, 1])
        let contest = try SequenceContest(
            recipe, training: series, test: series, preparation: preparation,
            device: Device(CPUBackend(threads: 1)))
        let network = TracedNetwork(entry.make(problem, width: 3), inputs: problem.inputs)
        let results = try await contest.results(of: [Contestant(name: "gru", network: network)]) { _ in }
        #expect(results[0].divergences == 2 && results[0].accuracy == nil)
        #expect(results.difference(of: 0, and: 0) == nil)
    }
}
