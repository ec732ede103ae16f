import CFakeGPU
import FoveaCUDA
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

extension CUDATests {
    @Suite("Activations that are computed again")
    struct RecomputationTests {
        init() { FakeGPU.reset() }

        private static let networks: [any Layer] = [
            SqueezeNet(classes: 10),
            Sequential {
                Conv2D(8, kernel: 3, padding: 1)
                BatchNorm2D()
                ReLU()
                Conv2D(8, kernel: 3, padding: 1)
                BatchNorm2D()
                ReLU()
                Conv2D(8, kernel: 3, padding: 1)
                BatchNorm2D()
                ReLU()
                GlobalAvgPool2D()
                Flatten()
                Dense(10)
            },
        ]

        @Test("A step has the same bits", arguments: [0, 1])
        func same(index: Int) async throws {
            let network = TracedNetwork(Self.networks[index], input: [3, 64, 64])
            let training = try TrainingGraph(
                network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.01, momentum: 0.9)),
                batch: network.inputs.batched(2))
            let (graph, parameters) = (training.graph, training.parameters)
            var runs: [[Tensor]] = []
            var counts: [Int] = []
            for recomputes in [false, true] {
                let device = Device(try FakeGPU.backend(recomputesActivations: recomputes))
                let program = try await device.compile(graph)
                try await program.states.write(Weights(initializing: parameters, seed: 3).namedTensors)
                let inputs = program.inputs.map { input -> (String, Tensor) in
                    let generator = CounterBasedGenerator(seed: 2, purpose: input.name)
                    let numbers = (0..<input.type.shape.elementCount).map { index -> Double in
                        if input.type.shape.rank == 0 { return 0.01 }
                        let word = Double(generator.word(at: index)) / 0x1p32
                        return input.type.dataType == .int32 ? (word * 10).rounded(.down) : word
                    }
                    return (input.name, Tensor(elements: numbers, input.type))
                }
                let loss = try #require(await device.run(program, Dictionary(uniqueKeysWithValues: inputs))["loss"])
                runs.append([loss] + (try await program.states.read(graph.states.map(\.name))))
                counts.append(program.steps.count)
            }
            #expect(runs[0] == runs[1])
            #expect(counts[1] > counts[0])
            #expect(FakeGPU.misuse == nil)
        }

        @Test("Steps take less memory", arguments: [("resnet50", 0.71), ("mobilenet_v2", 0.56), ("vgg11", 0.94)])
        func memory(name: String, share: Double) async throws {
            do {
                let entry = try ModelZoo.entry(named: name)
                let network = TracedNetwork(entry.make(1000), input: [3, 224, 224], precision: .bfloat16)
                let graph = try TrainingGraph(
                    network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.01, momentum: 0.9)),
                    batch: network.inputs.batched(64)
                ).graph
                var counts: [Int] = []
                for recomputes in [false, true] {
                    let backend = try FakeGPU.backend(withLibraries: true, recomputesActivations: recomputes)
                    let device = Device(backend)
                    counts.append(
                        try #require(try backend.predictedByteCount(of: device.optimized(graph).graph, state: [:])))
                }
                #expect(Double(counts[1]) <= share * Double(counts[0]), "\(name): \(counts)")
            }
        }
    }
}
