import FoveaCPU
import FoveaData
import FoveaGraph
@testable import FoveaNN
import FoveaRuntime
import FoveaTraining
import OrderedCollections
import Testing

/// A layer over sequences as a network: the sequence after the layer.
private struct Over: Network {
    let layer: any SequenceLayer

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let lengths = inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil
        let result = try layer(SequenceValue(inputs[GraphName.sequences], lengths: lengths))
        return ["result": try result.masked().values]
    }
}

/// What a network gives for sequences [N, C, T] with lengths; weights are drawn.
private func results(
    of network: any Network, _ sequences: Tensor, lengths: [Int32]?, named name: String
) async throws -> Tensor {
    var inputs = [GraphName.sequences: sequences]
    var types: Named<TensorType> = [
        GraphName.sequences: TensorType(Shape(Array(sequences.shape.dimensions.dropFirst())), sequences.dataType)
    ]
    if let lengths {
        inputs[GraphName.lengths] = Tensor(integers: lengths)
        types.set(GraphName.lengths, to: TensorType([], .int32))
    }
    let traced = TracedNetwork(network, inputs: types)
    let graph = try InferenceGraph(traced, batch: types.batched(sequences.shape[0]))
    let device = Device(try CPUBackend(threads: 2))
    let program = try await device.compile(graph.graph)
    #expect(program.fallbacks.isEmpty, "\(program.fallbacks)")
    try await program.states.write(
        Weights(initializing: graph.parameters, seed: 5).tensors.map { (name: $0.key, tensor: $0.value) })
    return try #require(try await device.run(program, inputs)[name])
}

/// Series of noise, [count, channels, steps], with zeros beyond the lengths.
private func noise(_ lengths: [Int32], channels: Int, steps: Int, row: (Int) -> Int = { $0 }) throws -> Tensor {
    var elements: [Float] = []
    for number in lengths.indices {
        for channel in 0..<channels {
            let generator = CounterBasedGenerator(seed: 7, purpose: "series \(row(number)) \(channel)")
            elements += (0..<steps).map { $0 < Int(lengths[number]) ? Float(generator.uniform(at: $0)) - 0.5 : 0 }
        }
    }
    return try Tensor([lengths.count, channels, steps], elements)
}

private func largestDifference(_ one: Tensor, _ other: Tensor) -> Float {
    one.shape == other.shape ? zip(one.floats, other.floats).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

@Suite("Networks over sequences of unequal lengths")
struct SequenceLayerTests {
    private static let names = SequenceZoo.entries.map(\.name)

    private func network(_ name: String, steps: Int) throws -> SequenceNetwork {
        try #require(SequenceZoo.entry(named: name)).make(.init(classes: 4, channels: 3, steps: 30), width: 6)
    }

    @Test("give the same for more padding, another order, and a sequence alone", arguments: names)
    func invariance(_ name: String) async throws {
        let lengths: [Int32] = [9, 3, 20, 1]
        let given = try await results(
            of: network(name, steps: 20), noise(lengths, channels: 3, steps: 20), lengths: lengths, named: "logits")
        let padded = try await results(
            of: network(name, steps: 37), noise(lengths, channels: 3, steps: 37), lengths: lengths, named: "logits")
        #expect(largestDifference(given, padded) < 1e-6)
        let order = [2, 0, 3, 1]
        let shuffled = order.map { lengths[$0] }
        let other = try await results(
            of: network(name, steps: 20), noise(shuffled, channels: 3, steps: 20, row: { order[$0] }),
            lengths: shuffled, named: "logits")
        let expected = order.flatMap { given.floats[$0 * 4..<($0 + 1) * 4] }
        #expect(largestDifference(other, try Tensor([4, 4], expected)) < 1e-6)
        let alone = try await results(
            of: network(name, steps: 20), noise([20], channels: 3, steps: 20, row: { _ in 2 }), lengths: nil,
            named: "logits")
        #expect(largestDifference(alone, try Tensor([1, 4], Array(given.floats[8..<12]))) < 1e-6)
    }

    @Test("learn sequences by heart, without falling back", arguments: names)
    func learning(_ name: String) async throws {
        let lengths: [Int32] = [9, 4, 20, 7, 12, 15, 5, 20]
        let batch = Batch(
            indices: Array(0..<8),
            values: [
                GraphName.sequences: try noise(lengths, channels: 3, steps: 20),
                GraphName.lengths: Tensor(integers: lengths),
                GraphName.labels: Tensor(integers: (0..<8).map { Int32($0 % 4) }),
            ])
        let problem = SequenceZoo.Problem(classes: 4, channels: 3, steps: 20)
        let entry = try #require(SequenceZoo.entry(named: name))
        let trainer = try await Trainer(
            TracedNetwork(entry.make(problem, width: 12), inputs: problem.inputs), objective: Classification(),
            rule: UpdateRule(Adam(learningRate: 0.01), clipNorm: 1), device: Device(CPUBackend(threads: 2)), seed: 1)
        #expect(try await trainer.program(forExamples: 8).fallbacks.isEmpty)
        var losses: [Float] = []
        for _ in 0..<150 { losses.append(try await trainer.step(batch).loss) }
        #expect(try #require(losses.last) < 0.1 * losses[0], "\(losses)")
    }

    @Test("read tokens through an embedding whose padding stays zero")
    func tokens() async throws {
        let problem = SequenceZoo.Problem(classes: 3, channels: nil, steps: 6, tokens: 11)
        let network = try #require(SequenceZoo.entry(named: "gru")).make(problem, width: 5)
        let tokens = Tensor(integers: [1, 5, 10, 0, 0, 0, 3, 3, 3, 3, 3, 3] as [Int32])
        let shaped = try Tensor(elements: tokens.doubles, TensorType(Shape(validating: [2, 6]), .int32))
        let logits = try await results(of: network, shaped, lengths: [3, 6], named: "logits")
        let longer = Tensor(
            elements: [1, 5, 10, 7, 7, 7, 3, 3, 3, 3, 3, 3], TensorType(Shape([2, 6]), .int32))
        #expect(
            largestDifference(logits, try await results(of: network, longer, lengths: [3, 6], named: "logits")) < 1e-6)
    }

    @Test("a causal convolution's results do not change with later steps, bit for bit")
    func causality() async throws {
        let tcn = TCN(inputs: 2, filters: 5, levels: 3, kernel: 3)
        struct Steps: Network {
            let tcn: TCN
            func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
                ["result": try tcn(SequenceValue(inputs[GraphName.sequences])).values]
            }
        }
        let series = try noise([12], channels: 2, steps: 12)
        var changes = 0
        let before = try await results(of: Steps(tcn: tcn), series, lengths: nil, named: "result").floats
        for step in 0..<12 {
            var changed = series.floats
            for channel in 0..<2 { changed[channel * 12 + step] += 1 }
            let after = try await results(
                of: Steps(tcn: tcn), try Tensor([1, 2, 12], changed), lengths: nil, named: "result"
            ).floats
            for channel in 0..<5 {
                #expect(after[channel * 12..<channel * 12 + step] == before[channel * 12..<channel * 12 + step])
                if after[channel * 12 + step] != before[channel * 12 + step] { changes += 1 }
            }
        }
        // Rectifiers let only some of them through.
        #expect(changes > 12)
    }

    @Test("the temporal network of the paper has its number of parameters, and sees what it should")
    func parameters() throws {
        let problem = SequenceZoo.Problem(classes: 10, channels: 1, steps: 784)
        let network = SequenceNetwork(TCN(inputs: 1, filters: 25, levels: 8, kernel: 7), classes: 10)
        let parameters = try TracedNetwork(network, inputs: problem.inputs).parameters
        #expect(parameters.reduce(0) { $0 + $1.shape.elementCount } == 66_910)
        #expect(TCN.levels(seeing: 784, kernel: 7) == 7)
        for (name, width, count) in [("lstm", 130, 70_470), ("gru", 150, 70_360), ("rnn", 256, 68_874)] {
            let entry = try #require(SequenceZoo.entry(named: name))
            let found = try TracedNetwork(entry.make(problem, width: width), inputs: problem.inputs).parameters
            #expect(found.reduce(0) { $0 + $1.shape.elementCount } == count)
        }
    }

    @Test("a weight's length starts at that of its direction, so that the filters are those that were drawn")
    func weightNorm() throws {
        let layer = Conv1D(4, kernel: 3, weightNorm: true)
        let parameters = try TracedNetwork(
            Over(layer: layer), inputs: [GraphName.sequences: .float32([2, 9])]
        ).parameters
        let weights = Weights(initializing: parameters, seed: 3).tensors
        let lengths = try #require(weights["layer.weight_g"]).floats
        let directions = try #require(weights["layer.weight_v"]).floats
        for filter in 0..<4 {
            let norm = directions[filter * 6..<(filter + 1) * 6].reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(norm - lengths[filter]) < 1e-6)
        }
    }

    @Test("normalization over valid steps is that over the steps alone")
    func normalization() async throws {
        let lengths: [Int32] = [5, 2]
        let steps = try noise(lengths, channels: 3, steps: 5)
        /// The valid steps of a channel, one sequence behind the other.
        func valid(_ values: [Float], _ channel: Int) -> [Float] {
            let (first, second) = (channel * 5, 15 + channel * 5)
            return Array(values[first..<first + 5]) + Array(values[second..<second + 2])
        }
        let given = steps.floats
        let alone = try Tensor([1, 3, 7], (0..<3).flatMap { valid(given, $0) })
        func trained(_ values: Tensor, _ lengths: [Int32]?) async throws -> (result: [Float], statistics: [[Float]]) {
            var types: Named<TensorType> = [
                GraphName.sequences: .float32(Shape(Array(values.shape.dimensions.dropFirst())))
            ]
            var inputs = [GraphName.sequences: values]
            if let lengths {
                types.set(GraphName.lengths, to: TensorType([], .int32))
                inputs[GraphName.lengths] = Tensor(integers: lengths)
            }
            let network = TracedNetwork(Over(layer: BatchNorm1D()), inputs: types)
            let pass = try network.forward(.training, types.batched(values.shape[0]))
            let trace = Trace(continuing: pass)
            trace.addOutputs(of: pass, named: ["result"])
            trace.keepStatistics()
            let device = Device(try CPUBackend(threads: 1))
            let program = try await device.compile(trace.graph)
            try await program.states.write(
                Weights(initializing: pass.declarations, seed: 1).tensors.map { (name: $0.key, tensor: $0.value) })
            let result = try #require(try await device.run(program, inputs)["result"]).floats
            let statistics = try await program.states.read(["layer.running_mean", "layer.running_var"])
            return (result, statistics.map(\.floats))
        }
        let masked = try await trained(steps, lengths)
        let expected = try await trained(alone, nil)
        for channel in 0..<3 {
            let found = valid(masked.result, channel)
            let wanted = Array(expected.result[channel * 7..<channel * 7 + 7])
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
            for statistic in 0..<2 {
                #expect(abs(masked.statistics[statistic][channel] - expected.statistics[statistic][channel]) < 1e-6)
            }
        }
    }
}
