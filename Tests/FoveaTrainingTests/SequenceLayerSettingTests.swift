import FoveaCPU
import FoveaGraph
@testable import FoveaNN
import FoveaRuntime
import Testing

/// An attention layer as a network, with its weights.
private struct Attending: Network {
    let attention = AttentionPooling(4)

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let result = try attention(
            SequenceValue(inputs[GraphName.sequences], lengths: try inputs[GraphName.lengths]))
        return ["pooled": result.pooled, "weights": result.weights]
    }
}

/// A layer over sequences as a network.
private struct Over: Network {
    let layer: any SequenceLayer

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let lengths = inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil
        return ["result": try layer(SequenceValue(inputs[GraphName.sequences], lengths: lengths)).values]
    }
}

@Suite("Attention, positions and other layers over sequences")
struct SequenceLayerSettingTests {
    private func attend(_ rows: [[Float]], steps: Int) async throws -> [String: Tensor] {
        let types: Named<TensorType> = [
            GraphName.sequences: .float32([2, steps]), GraphName.lengths: TensorType([], .int32),
        ]
        let inference = try InferenceGraph(
            TracedNetwork(Attending(), inputs: types), batch: types.batched(rows.count))
        let device = Device(try CPUBackend(threads: 1))
        let program = try await device.compile(inference.graph)
        #expect(program.fallbacks.isEmpty, "\(program.fallbacks)")
        try await program.states.write(
            Weights(initializing: inference.parameters, seed: 2).tensors.map { (name: $0.key, tensor: $0.value) })
        // Both channels hold the same, and numbers that would be noticed lie beyond the lengths.
        let elements = rows.flatMap { row in
            (0..<2).flatMap { _ in row + [Float](repeating: 1e6, count: steps - row.count) }
        }
        return try await device.run(
            program,
            [
                GraphName.sequences: try Tensor([rows.count, 2, steps], elements),
                GraphName.lengths: Tensor(integers: rows.map { Int32($0.count) }),
            ])
    }

    @Test("attention's weights sum to 1 over the valid steps, are 0 beyond, and do not change with more padding")
    func attention() async throws {
        let rows: [[Float]] = [[0.5, -1, 2], [1], [0.1, 0.2, 0.3, 0.4, -5]]
        let near = try await attend(rows, steps: 5)
        let far = try await attend(rows, steps: 11)
        let (weights, wide) = (try #require(near["weights"]).floats, try #require(far["weights"]).floats)
        for (number, row) in rows.enumerated() {
            let found = Array(weights[number * 5..<(number + 1) * 5])
            #expect(abs(found.reduce(0, +) - 1) < 1e-6)
            #expect(found[row.count...].allSatisfy { $0 == 0 })
            #expect(zip(found, wide[number * 11..<number * 11 + 5]).allSatisfy { abs($0 - $1) < 1e-6 })
            let pooled = try #require(near["pooled"]).floats[number * 2]
            #expect(abs(pooled - zip(found, row).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-5)
        }
    }

    @Test("attention over no steps at all is 0, not a number that is none")
    func nothing() async throws {
        let result = try await attend([[], [1, 2]], steps: 3)
        #expect(Array(try #require(result["weights"]).floats[0..<3]) == [0, 0, 0])
        #expect(Array(try #require(result["pooled"]).floats[0..<2]) == [0, 0])
    }

    @Test("positions are waves of growing length, sine and cosine in turn")
    func waves() {
        let waves = PositionalEncoding.waves(channels: 5, steps: 3)
        #expect(Array(waves[0..<3]).elementsEqual([0, 0.841470985, 0.909297427], by: { abs($0 - $1) < 1e-9 }))
        #expect(Array(waves[3..<6]).elementsEqual([1, 0.540302306, -0.416146837], by: { abs($0 - $1) < 1e-9 }))
        // 10000^(2/5) = 39.8107…
        #expect(Array(waves[6..<9]).elementsEqual([0, 0.025116222, 0.050216599], by: { abs($0 - $1) < 1e-9 }))
        #expect(Array(waves[9..<12]).elementsEqual([1, 0.999684538, 0.998738351], by: { abs($0 - $1) < 1e-9 }))
        #expect(waves.count == 15)
    }

    private static let misfits: [(layer: any SequenceLayer, lengths: Bool, text: String)] = [
        (
            PositionalEmbedding(6), false,
            "`layer` has a table of 6 steps, the input gives 9."
        ),
        (GroupNorm1D(2), false, "`layer` has 2 groups over 3 channels."),
        (
            ConvTranspose1D(2, kernel: 3, stride: 2, outputPadding: 2), false,
            "`layer` adds 2 steps behind with a stride of 2."
        ),
        (
            ConvTranspose1D(2, kernel: 1, padding: 9), false,
            "`layer` cuts 9 steps off on each side and leaves none of 9."
        ),
        (ConvTranspose1D(3, kernel: 3, groups: 2), false, "`layer` has 3 filters in 2 groups over 3 channels."),
        (AdaptiveAvgPool1D(0), false, "`adaptiveavgpool1d` cannot make 0 steps of 9."),
        (AdaptiveAvgPool1D(2), true, "`adaptiveavgpool1d` makes 2 steps of sequences of unequal lengths."),
        (Dense(2, inputs: 4), false, "4"),
    ]

    @Test("what does not fit is said with the layer's name and the numbers", arguments: misfits.indices)
    func mistakes(_ number: Int) throws {
        let mistake = Self.misfits[number]
        var types: Named<TensorType> = [GraphName.sequences: .float32([3, 9])]
        if mistake.lengths { types.set(GraphName.lengths, to: TensorType([], .int32)) }
        let error = #expect(throws: FoveaError.self) {
            try InferenceGraph(TracedNetwork(Over(layer: mistake.layer), inputs: types), batch: types.batched(2))
        }
        #expect(error.map { "\($0)".contains(mistake.text) } == true, "\(error.map { "\($0)" } ?? "none")")
    }
}
