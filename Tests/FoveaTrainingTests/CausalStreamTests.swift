import FoveaCPU
import FoveaGraph
@testable import FoveaNN
import FoveaRuntime
import FoveaTraining
import OrderedCollections
import Testing

@Suite("A causal network over a stream")
struct CausalStreamTests {
    private static let layers: [any CausalLayer] = [
        Conv1D(4, kernel: 3, padding: .causal, dilation: 4), Conv1D(2, kernel: 1),
        TCN(inputs: 3, filters: 5, levels: 3, kernel: 3), TCN(inputs: 3, filters: 3, levels: 4, kernel: 2),
    ]

    /// Two series of noise of three channels, or some of their steps.
    private func series(_ range: Range<Int>) throws -> Tensor {
        let noise = CounterBasedGenerator(seed: 3, purpose: "causal stream")
        let rows = (0..<6).flatMap { row in range.map { Float(noise.uniform(at: row * 40 + $0)) - 0.5 } }
        return try Tensor([2, 3, range.count], rows)
    }

    /// The outputs for a piece of a stream.
    private func outputs(
        _ stream: CausalStream, _ piece: Tensor, from state: [String: Tensor], on backend: any Backend
    ) async throws -> [String: Tensor] {
        let types = stream.inputs(channels: piece.shape[1], steps: piece.shape[2])
        let inference = try InferenceGraph(TracedNetwork(stream, inputs: types), batch: types.batched(piece.shape[0]))
        let device = Device(backend)
        let program = try await device.compile(inference.graph)
        #expect(program.fallbacks.isEmpty, "\(program.fallbacks)")
        let weights = Weights(initializing: inference.parameters, seed: 4).tensors
        try await program.states.write(weights.map { (name: $0.key, tensor: $0.value) })
        return try await device.run(program, state.merging([GraphName.sequences: piece]) { $1 })
    }

    private func start(_ stream: CausalStream) -> [String: Tensor] {
        let kept = stream.inputs(channels: 3, steps: 1).filter { $0.0 != GraphName.sequences }
        return Dictionary(
            uniqueKeysWithValues: kept.map { name, type in
                (name, Tensor(repeating: 0, TensorType(Shape([2] + type.shape.dimensions), .float32)))
            })
    }

    @Test("step by step, and in pieces, gives what the whole gives", arguments: layers.indices)
    func pieces(_ number: Int) async throws {
        /// The layer over whole sequences, with the same paths.
        struct Whole: Network {
            let causal: any CausalLayer
            func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
                ["sequence": try causal(inputs[GraphName.sequences])]
            }
        }
        let stream = CausalStream(Self.layers[number])
        let backend = try CPUBackend(threads: 2)
        let types: Named<TensorType> = [GraphName.sequences: .float32([3, 40])]
        let inference = try InferenceGraph(
            TracedNetwork(Whole(causal: Self.layers[number]), inputs: types), batch: types.batched(2))
        let device = Device(backend)
        let program = try await device.compile(inference.graph)
        try await program.states.write(
            Weights(initializing: inference.parameters, seed: 4).tensors.map { (name: $0.key, tensor: $0.value) })
        let whole = try #require(
            try await device.run(program, [GraphName.sequences: series(0..<40)])["sequence"])
        let filters = whole.shape[1]
        for cuts in [Array(0...40), [0, 5, 6, 23, 40]] {
            var state = start(stream)
            for (from, to) in zip(cuts, cuts.dropFirst()) {
                let results = try await outputs(stream, series(from..<to), from: state, on: backend)
                for name in state.keys { state[name] = results[name] }
                let found = try #require(results["sequence"]).floats
                let last = try #require(results["last"]).floats
                for row in 0..<2 * filters {
                    for step in from..<to {
                        let expected = whole.floats[row * 40 + step]
                        #expect(abs(found[row * (to - from) + step - from] - expected) < 1e-6)
                    }
                    #expect(abs(last[row] - whole.floats[row * 40 + to - 1]) < 1e-6)
                }
            }
        }
    }

    @Test("keeps (kernel − 1)·dilation inputs of each convolution, and no more")
    func state() {
        let stream = CausalStream(TCN(inputs: 3, filters: 5, levels: 3, kernel: 3))
        let shapes = stream.inputs(channels: 3, steps: 1).map { $0.1.shape.dimensions }
        #expect(shapes == [[3, 1], [3, 2], [5, 2], [5, 4], [5, 4], [5, 8], [5, 8]])
    }

    private static let misfits: [(layer: any CausalLayer, text: String)] = [
        (
            Conv1D(2, kernel: 3, padding: .same),
            "`causal` cannot follow a stream with the padding same and the stride 1."
        ),
        (
            Conv1D(2, kernel: 3, stride: 2, padding: .causal),
            "`causal` cannot follow a stream with the padding causal and the stride 2."
        ),
    ]

    @Test("refuses layers that wait for later steps, and states of another layer", arguments: misfits.indices)
    func mistakes(_ number: Int) throws {
        let stream = CausalStream(Self.misfits[number].layer)
        let types = stream.inputs(channels: 3, steps: 1)
        let error = #expect(throws: FoveaError.self) {
            try InferenceGraph(TracedNetwork(stream, inputs: types), batch: types.batched(1))
        }
        #expect(
            error.map { "\($0)".contains(Self.misfits[number].text) } == true, "\(error.map { "\($0)" } ?? "none")")
        var other = CausalStream(Conv1D(2, kernel: 3, padding: .causal)).inputs(channels: 3, steps: 1)
        other.set("inputs/0", to: .float32([3, 5]))
        let misfit = #expect(throws: FoveaError.self) {
            try InferenceGraph(
                TracedNetwork(CausalStream(Conv1D(2, kernel: 3, padding: .causal)), inputs: other),
                batch: other.batched(1))
        }
        #expect(misfit.map { "\($0)".contains("`causal` was given a state of") } == true)
    }
}
