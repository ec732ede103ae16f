import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN

/// A network over sequences, and a batch of noise for it.
///
/// Of a stream it is the memory alone, one step at a time: the state before goes in, and the state after comes out.
struct SequenceBenchmark {
    let network: SequenceNetwork
    let inputs: Named<TensorType>
    let batch: Batch
    let classes: Int
    /// [batch, channels, steps].
    let shape: Shape

    /// - Parameters:
    ///   - input: channels and steps.
    ///   - shortest: lengths go evenly from this to all steps; nil where all sequences have all steps.
    /// - Throws: ``FoveaError`` when a number is invalid.
    init(
        _ entry: SequenceZoo.Entry, input: [Int]?, classes: Int, width: Int?, batchSize: Int?, shortest: Int?,
        seed: UInt64
    ) throws {
        guard let input, input.count == 2, let batchSize else {
            throw FoveaError(
                .usage, "`\(entry.name)` needs the size of a series and a batch.",
                remedy: "Give --input CxT, channels and steps such as 1x784, and --batch-size.")
        }
        if let width, !(1...100_000).contains(width) {
            throw FoveaError(.usage, "--width is \(width).", remedy: "Use 1 to 100,000.")
        }
        if let shortest, !(1...input[1]).contains(shortest) {
            throw FoveaError(.usage, "--shortest is \(shortest).", remedy: "Use 1 to \(input[1]).")
        }
        self.classes = classes
        let problem = SequenceZoo.Problem(classes: classes, channels: input[0], steps: input[1])
        network = entry.make(problem, width: width)
        shape = try Shape(validating: [batchSize] + input)
        let noise = CounterBasedGenerator(seed: seed, purpose: "benchmark sequences")
        let choice = CounterBasedGenerator(seed: seed, purpose: "benchmark labels")
        var values = [
            GraphName.sequences: try Tensor(shape, (0..<shape.elementCount).map { Float(noise.uniform(at: $0)) - 0.5 }),
            GraphName.labels: Tensor(integers: (0..<batchSize).map { Int32(choice.uniform(at: $0) * Double(classes)) }),
        ]
        if let shortest {
            inputs = problem.inputs
            values[GraphName.lengths] = Tensor(
                integers: (0..<batchSize).map { Int32(shortest + (input[1] - shortest) * $0 / max(1, batchSize - 1)) })
        } else {
            inputs = [GraphName.sequences: .float32([input[0], input[1]])]
        }
        batch = Batch(indices: Array(0..<batchSize), values: values)
    }
}
