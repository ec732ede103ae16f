import CFakeGPU
import FoveaCUDA
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

extension CUDATests {
    @Suite("What depends on weights alone")
    struct PreparedTests {
        init() { FakeGPU.reset() }

        /// A normalization in inference is folded into the weights of the convolution before it.
        private static let layer = Sequential {
            Conv2D(6, kernel: 3, padding: 1)
            BatchNorm2D()
            ReLU()
            Flatten()
            Dense(3)
        }

        private func inputs(_ seed: UInt64) -> [String: Tensor] {
            let generator = CounterBasedGenerator(seed: seed, purpose: "images")
            let type = TensorType([2, 3, 8, 8], .float32)
            let numbers = (0..<type.shape.elementCount).map { Double(generator.word(at: $0)) / 0x1p32 }
            return [GraphName.images: Tensor(elements: numbers, type)]
        }

        @Test("is computed again when weights are written or a training has changed them, and only then")
        func inference() async throws {
            for precision in [Precision.float32, .bfloat16] {
                FakeGPU.reset()
                let network = TracedNetwork(Self.layer, input: [3, 8, 8], precision: precision)
                let graph = try InferenceGraph(network, batch: network.inputs.batched(2))
                let training = try TrainingGraph(
                    network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.1)),
                    batch: network.inputs.batched(2))
                let device = Device(try FakeGPU.backend(withLibraries: true))
                let reference = Device(ReferenceBackend())
                let (states, wantedStates) = (DeviceStates(on: device), DeviceStates(on: reference))
                let program = try await device.compile(graph.graph, states: states)
                let wanted = try await reference.compile(graph.graph, states: wantedStates)
                func launches(_ seed: UInt64) async throws -> Int {
                    let before = fake_gpu_launches()
                    let results = try await device.run(program, inputs(seed))
                    let expected = try await reference.run(wanted, inputs(seed))
                    for (name, tensor) in expected {
                        let given = try #require(results[name])
                        let tolerance = precision == .float32 ? 1e-5 : 3e-2
                        #expect(TensorComparison(given, tensor, tolerance: tolerance).failure == nil, "\(name)")
                    }
                    return Int(fake_gpu_launches() - before)
                }
                func write(_ seed: UInt64) async throws {
                    let weights = Weights(initializing: graph.parameters, seed: seed).namedTensors
                    try await states.write(weights)
                    try await wantedStates.write(weights)
                }
                try await write(1)
                let first = try await launches(1)
                let second = try await launches(2)
                let third = try await launches(3)
                #expect(second < first && third == second)
                try await write(2)
                #expect(try await launches(4) == first)
                #expect(try await launches(5) == second)
                // The other program changes the same states.
                for (device, states) in [(device, states), (reference, wantedStates)] {
                    let step = try await device.compile(training.graph, states: states)
                    var given = inputs(6)
                    given[GraphName.labels] = Tensor(elements: [0, 2], TensorType([2], .int32))
                    for input in step.inputs where given[input.name] == nil {
                        given[input.name] = Tensor(repeating: 0.1, input.type)
                    }
                    _ = try await device.run(step, given)
                }
                #expect(try await launches(7) == first)
                #expect(try await launches(8) == second)
                #expect(FakeGPU.misuse == nil)
            }
        }
    }
}
