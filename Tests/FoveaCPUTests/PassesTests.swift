import FoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("The standard passes")
struct PassesTests {
    /// A network and the seed it was drawn with, named in failures.
    struct Draw: CustomStringConvertible {
        let seed: UInt64
        let training: Bool
        var description: String { "\(training ? "training" : "inference") \(seed)" }
    }

    static let draws = (0..<60).flatMap { seed in
        [Draw(seed: seed, training: false), Draw(seed: seed, training: true)]
    }

    @Test("keep what random networks compute, on both backends, and leave sound graphs", arguments: draws)
    func sameResults(draw: Draw) async throws {
        let network = try RandomNetwork(seed: draw.seed, training: draw.training)
        var graph = network.graph
        for pass in Graph.standardPasses {
            graph = try pass.run(on: graph)
            #expect(throws: Never.self, "\(pass) of\n\(network.graph)") { try graph.verify() }
        }
        let expected = try await results(of: network, on: ReferenceBackend(), passes: [])
        for (name, backend, passes) in [
            ("reference with passes", ReferenceBackend() as any Backend, Graph.standardPasses),
            ("cpu without passes", try CPUBackend(threads: 2), []),
            ("cpu with passes", try CPUBackend(threads: 2), Graph.standardPasses),
        ] {
            let given = try await results(of: network, on: backend, passes: passes)
            #expect(given.map(\.name) == expected.map(\.name))
            for (given, wanted) in zip(given, expected) {
                // A gradient may be nothing but rounding, such as that of a shift that a normalization undoes.
                let scale: OperationCase.Scale = wanted.name.hasPrefix("momentum/") ? .element : .tensor
                let failure = TensorComparison(given.tensor, wanted.tensor, tolerance: 1e-4, scale: scale).failure
                #expect(failure == nil, "\(name), \(wanted.name): \(failure ?? "")\n\(graph)")
            }
        }
    }

    @Test("find in the random networks what they look for in training")
    func patternsOccur() throws {
        var forward = Set<[Bool]>()
        var backward = Set<[Bool]>()
        for draw in Self.draws where draw.training {
            for node in try RandomNetwork(seed: draw.seed, training: true).graph.optimized().nodes {
                if let fused = node.operation as? FusedBatchNormalization {
                    forward.insert([fused.addsResidual, fused.activation != nil])
                }
                if let fused = node.operation as? FusedBatchNormalizationGradient {
                    backward.insert([fused.activation != nil, fused.addsUpstream, fused.givesUpstream])
                    if fused.recomputesResult { backward.insert([]) }
                }
            }
        }
        #expect(forward == [[true, true], [false, true], [true, false]])
        #expect(
            backward == [
                [true, true, true], [true, true, false], [true, false, true], [true, false, false],
                [false, true, true], [false, true, false], [],
            ])
    }

    /// The outputs of three runs and the states after them.
    private func results(
        of network: RandomNetwork, on backend: any Backend, passes: [any Pass]
    ) async throws -> [(name: String, tensor: Tensor)] {
        let device = Device(backend)
        let program = try await device.compile(network.graph, passes: passes)
        try await program.states.write(network.states)
        #expect(program.fallbacks.isEmpty)
        var results: [(name: String, tensor: Tensor)] = []
        for run in 0..<3 {
            for (name, tensor) in try await device.run(program, network.inputs(run: run)).sorted(by: { $0.key < $1.key }
            ) {
                results.append(("\(name) of run \(run)", tensor))
            }
        }
        let names = network.graph.states.map(\.name)
        return results + zip(names, try await program.states.read(names)).map { (name: $0, tensor: $1) }
    }
}
