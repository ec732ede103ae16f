import FoveaCUDA
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

extension CUDATests {
    @Suite("Networks over sequences on a CUDA device")
    struct SequenceNetworkTests {
        init() { FakeGPU.reset() }

        private static let names = SequenceZoo.entries.map(\.name)

        /// A training step and an inference of a network of the zoo over series, or over tokens.
        private func graphs(_ name: String, width: Int? = nil, tokens: Int? = nil) throws -> [Graph] {
            let entry = try #require(SequenceZoo.entry(named: name))
            let problem = SequenceZoo.Problem(
                classes: 4, channels: tokens == nil ? 3 : nil, steps: 12, tokens: tokens)
            let network = TracedNetwork(entry.make(problem, width: width), inputs: problem.inputs)
            let rule = UpdateRule(SGD(learningRate: 0.1, momentum: 0.9))
            let batch = try network.inputs.batched(5)
            return [
                try TrainingGraph(network, objective: Classification(), rule: rule, batch: batch).graph,
                try InferenceGraph(network, batch: batch).graph,
            ]
        }

        @Test("every network of the zoo is planned whole, in training and in inference", arguments: names)
        func zoo(name: String) throws {
            let backend = try FakeGPU.backend()
            for graph in try graphs(name) + graphs(name, tokens: 7) {
                let optimized = try Device(backend).optimized(graph).graph
                let capabilities = backend.capabilities
                let left = optimized.nodes.filter { !capabilities.run($0, of: optimized) }
                #expect(left.isEmpty, "\(Set(left.map(\.operation.operationName)))")
                #expect(try backend.predictedByteCount(of: optimized, state: [:]) ?? 0 > 0)
            }
        }

        @Test("two training steps and an inference give what they give on the reference", arguments: names)
        func step(name: String) async throws {
            for graph in try graphs(name, width: 6) {
                let expected = try await results(of: graph, on: ReferenceBackend())
                let given = try await results(of: graph, on: FakeGPU.backend())
                #expect(given.map(\.name) == expected.map(\.name))
                for (given, wanted) in zip(given, expected) {
                    #expect(wanted.tensor.isFinite)
                    let failure = TensorComparison(given.tensor, wanted.tensor, tolerance: 1e-4, scale: .tensor).failure
                    #expect(failure == nil, "\(name), \(wanted.name): \(failure ?? "")")
                }
            }
            #expect(FakeGPU.misuse == nil)
        }

        /// Outputs of two runs, and the states behind them.
        private func results(of graph: Graph, on backend: any Backend) async throws -> [(name: String, tensor: Tensor)]
        {
            let device = Device(backend)
            let program = try await device.compile(graph)
            #expect(program.fallbacks.isEmpty)
            try await program.states.write(graph.states.map { ($0.name, drawn($0.name, $0.type)) })
            var results: [(name: String, tensor: Tensor)] = []
            for run in 0..<2 {
                let inputs = program.inputs.map { ($0.name, drawn("\($0.name) \(run)", $0.type)) }
                let outputs = try await device.run(program, Dictionary(uniqueKeysWithValues: inputs))
                for (name, tensor) in outputs.sorted(by: { $0.key < $1.key }) {
                    results.append(("\(name) of run \(run)", tensor))
                }
            }
            let names = graph.states.map(\.name)
            return results + zip(names, try await program.states.read(names)).map { (name: $0, tensor: $1) }
        }

        /// Small numbers around 0, variances and a learning rate above it, lengths, and classes.
        private func drawn(_ name: String, _ type: TensorType) -> Tensor {
            let generator = CounterBasedGenerator(seed: 3, purpose: name)
            let isPositive = name.hasSuffix("_var") || type.shape.rank == 0
            let numbers = (0..<type.shape.elementCount).map { index -> Double in
                let word = generator.word(at: index)
                // No sequence is empty: the maximum of no steps is none.
                if name.hasPrefix(GraphName.lengths) { return Double(1 + word % 12) }
                if type.dataType == .int32 { return Double(word % 4) }
                if name.contains("momentum") { return 0 }
                return isPositive ? 0.05 : Double(word) / 0x1p32 - 0.5
            }
            return Tensor(elements: numbers, type)
        }

        @Test("a state that does not fit into shared memory lies in the device's")
        func largeState() async throws {
            // Twelve thousand sums, and only one output, so that the matrices are small.
            let (hidden, outputs, batch) = (3000, 1, 2)
            func weights(_ shape: Shape) -> OperandDraw { OperandDraw(shape, .normal(deviation: 0.5)) }
            let testCase = OperationCase(
                Recurrence(.lstm, hasProjection: true, hasLengths: true),
                [
                    OperandDraw([3, batch, 2]), weights([4 * hidden, 2]), weights([4 * hidden, outputs]),
                    weights([4 * hidden]), weights([4 * hidden]), OperandDraw([batch, outputs]),
                    OperandDraw([batch, hidden]), weights([outputs, hidden]),
                    OperandDraw([batch], .classIndices(below: 4)),
                ], differentiable: Array(0..<8), differentiableResults: [0, 1, 2], tolerance: 1e-4)
            let (failures, fallbacks) = try await JoinedCases([testCase]).check(Device(FakeGPU.backend()))
            #expect(failures.isEmpty, "\(failures.joined(separator: "; "))")
            #expect(fallbacks.isEmpty)
            #expect(FakeGPU.misuse == nil)
        }
    }
}
