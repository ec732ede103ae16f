import FoveaCPU
import FoveaGraph
import FoveaNN
import FoveaRuntime
import OrderedCollections
import Testing

@Suite("A recurrent layer over a stream")
struct RecurrentStreamTests {
    private static let layers: [any RecurrentLayer] = [
        RNN(5), RNN(5, nonlinearity: .relu), LSTM(7, layers: 2), LSTM(6, projection: 4), GRU(5, layers: 3),
        GRU(17, resetsFirst: true),
    ]

    /// The outputs for a piece of a stream.
    private func outputs(
        _ stream: RecurrentStream, _ piece: Tensor, from state: [String: Tensor]
    ) async throws -> [String: Tensor] {
        let types = stream.inputs(channels: piece.shape[1], steps: piece.shape[2])
        let inference = try InferenceGraph(TracedNetwork(stream, inputs: types), batch: types.batched(piece.shape[0]))
        let device = Device(try CPUBackend(threads: 2))
        let program = try await device.compile(inference.graph)
        #expect(program.fallbacks.isEmpty)
        let weights = Weights(initializing: inference.parameters, seed: 4).tensors
        try await program.states.write(weights.map { (name: $0.key, tensor: $0.value) })
        return try await device.run(program, state.merging([GraphName.sequences: piece]) { $1 })
    }

    @Test("in pieces gives what the whole gives", arguments: layers.indices)
    func pieces(_ number: Int) async throws {
        let stream = RecurrentStream(Self.layers[number])
        let noise = CounterBasedGenerator(seed: 3, purpose: "stream")
        let steps = (0..<2 * 3 * 12).map { Float(noise.uniform(at: $0)) - 0.5 }
        func piece(_ range: Range<Int>) throws -> Tensor {
            let rows = (0..<6).flatMap { row in range.map { steps[row * 12 + $0] } }
            return try Tensor([2, 3, range.count], rows)
        }
        let start = stream.inputs(channels: 3, steps: 1).filter { $0.0 != GraphName.sequences }.map { name, type in
            (name, Tensor(repeating: 0, TensorType(Shape([2] + type.shape.dimensions), .float32)))
        }
        let zeros = Dictionary(uniqueKeysWithValues: start)
        let whole = try await outputs(stream, piece(0..<12), from: zeros)
        var state = zeros
        for range in [0..<5, 5..<6, 6..<12] {
            let results = try await outputs(stream, piece(range), from: state)
            for name in zeros.keys { state[name] = results[name] }
            state["last"] = nil
            guard range.upperBound == 12 else { continue }
            for (name, expected) in whole {
                let found = try #require(results[name]).floats
                let error = zip(found, expected.floats).map { abs($0 - $1) }.max() ?? .infinity
                #expect(error < 1e-6 && found.count == expected.floats.count, "\(name)")
            }
        }
    }
}
