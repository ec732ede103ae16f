import FoveaCPU
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import OrderedCollections
import Testing

@Suite("A memory over videos")
struct ConvLSTMTests {
    private struct Videos: Network {
        let memory: ConvLSTM2D
        var stateSize: [Int]?

        func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
            let frames = try inputs["frames"]
            let state = try stateSize.map { size in
                let zeros = try frames.trace.constant(
                    Tensor(repeating: 0, TensorType(Shape([frames.shape[0]] + size), .float32)))
                return ConvLSTM2D.State(hidden: zeros, cell: zeros)
            }
            let result = try memory(
                frames, lengths: inputs.contains("lengths") ? try inputs["lengths"] : nil, state: state)
            return ["sequence": result.sequence, "last": result.last]
        }
    }

    private func traced(_ network: Videos, _ frames: [Int]) -> TracedNetwork {
        TracedNetwork(network, inputs: ["frames": .float32(Shape(frames)), "lengths": TensorType([], .int32)])
    }

    @Test("starts with the bias 1 for what is kept, and the sizes of Keras's weights")
    func initialValues() throws {
        let parameters = try traced(
            Videos(memory: ConvLSTM2D(3, kernel: 3, stride: 2, padding: .same, peepholes: true)), [2, 4, 7, 5]
        ).parameters
        let weights = Weights(initializing: parameters, seed: 1).tensors
        #expect(weights["memory.bias_ih"]?.floats == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
        #expect(weights["memory.weight_ih"]?.shape == [12, 2, 3, 3])
        #expect(weights["memory.weight_hh"]?.shape == [12, 3, 3, 3])
        #expect(weights["memory.weight_ch"]?.shape == [3, 3, 4, 3])
    }

    @Test("gives the same for more padding, and 0 beyond a video's length")
    func invariance() async throws {
        let network = Videos(memory: ConvLSTM2D(2, kernel: 3))
        func results(steps: Int) async throws -> [String: Tensor] {
            let traced = traced(network, [1, steps, 4, 4])
            let types = traced.inputs
            let inference = try InferenceGraph(traced, batch: types.batched(2))
            let device = Device(try CPUBackend(threads: 2))
            let program = try await device.compile(inference.graph)
            #expect(program.fallbacks.isEmpty, "\(program.fallbacks)")
            try await program.states.write(
                Weights(initializing: inference.parameters, seed: 2).tensors.map { (name: $0.key, tensor: $0.value) })
            let noise = CounterBasedGenerator(seed: 5, purpose: "videos")
            let lengths = [2, 3]
            let frames = (0..<2 * steps * 16).map { place -> Float in
                let (video, step, pixel) = (place / (steps * 16), place / 16 % steps, place % 16)
                return step < lengths[video] ? Float(noise.uniform(at: (video * 3 + step) * 16 + pixel)) - 0.5 : 1e3
            }
            return try await device.run(
                program,
                [
                    "frames": Tensor([2, 1, steps, 4, 4], frames),
                    "lengths": Tensor(integers: lengths.map { Int32($0) }),
                ])
        }
        let (near, far) = (try await results(steps: 3), try await results(steps: 6))
        let (last, later) = (try #require(near["last"]).floats, try #require(far["last"]).floats)
        #expect(last.count == 16 && zip(last, later).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(last.contains { abs($0) > 1e-3 })
        let sequence = try #require(far["sequence"])
        #expect(sequence.shape == [2, 2, 6, 2, 2])
        for row in 0..<4 {
            let length = row < 2 ? 2 : 3
            let steps = sequence.floats[row * 24..<(row + 1) * 24]
            #expect(steps.dropFirst(length * 4).allSatisfy { $0 == 0 })
            let end = steps.dropFirst((length - 1) * 4).prefix(4)
            #expect(Array(end) == Array(later[row * 4..<row * 4 + 4]))
        }
    }

    @Test("says what does not fit")
    func misfits() throws {
        func error(_ network: Videos, _ frames: [Int], _ text: String) throws {
            let traced = traced(network, frames)
            let error = #expect(throws: FoveaError.self) {
                try InferenceGraph(traced, batch: traced.inputs.batched(1))
            }
            #expect(error.map { "\($0)".contains(text) } == true, "\(error.map { "\($0)" } ?? "none")")
        }
        let memory = ConvLSTM2D(2, kernel: 3)
        try error(
            Videos(memory: memory), [3, 9, 9], "`memory` has 2 filters over [batch, channels, steps, height, width]")
        try error(Videos(memory: ConvLSTM2D(0, kernel: 3)), [1, 2, 4, 4], "has 0 filters")
        try error(Videos(memory: memory, stateSize: [2, 4, 4]), [1, 2, 4, 4], "was given a state of 1×2×4×4")
    }
}
