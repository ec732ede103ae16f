import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaTraining

/// A network with filters and one with a memory that has about as many parameters.
struct MatchedPair {
    let entries: [SequenceZoo.Entry]
    let widths: [Int]
    let contestants: [Contestant]
    /// One step of each from a state; nil for one that waits for later steps.
    let steps: [TracedNetwork?]

    init(
        cnn: SequenceZoo.Entry, rnn: SequenceZoo.Entry, width: Int?, _ problem: SequenceZoo.Problem
    ) throws {
        let width = width ?? cnn.width
        let filters = TracedNetwork(cnn.make(problem, width: width), inputs: problem.inputs)
        let wanted = try filters.parameters.trainableCount
        let matched = try MatchedWidth(parameters: wanted, inputs: problem.inputs) { rnn.make(problem, width: $0) }
        let memory = rnn.make(problem, width: matched.width)
        entries = [cnn, rnn]
        widths = [width, matched.width]
        contestants = [
            Contestant(name: cnn.name, network: filters),
            Contestant(name: rnn.name, network: TracedNetwork(memory, inputs: problem.inputs)),
        ]
        let channels = problem.channels ?? SequenceZoo.embeddingWidth
        steps = [cnn.make(problem, width: width).encoder, memory.encoder].map { encoder in
            encoder.stream.map { TracedNetwork($0.network, inputs: $0.inputs(channels, 1)) }
        }
    }
}
