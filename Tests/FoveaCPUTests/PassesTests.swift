import FoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("The CPU's passes")
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
        let cpu = try CPUBackend(threads: 2)
        let expected = try await results(of: network, on: ReferenceBackend(), passes: [])
        for (name, backend, passes) in [
            ("reference with passes", ReferenceBackend() as any Backend, cpu.pipeline),
            ("cpu without passes", cpu, []), ("cpu with passes", cpu, cpu.pipeline),
        ] {
            let given = try await results(of: network, on: backend, passes: passes)
            expectEqual(given, expected, "\(name)\n\(network.graph)")
        }
    }

    @Test("can be left out one by one", arguments: Set(try CPUBackend(threads: 1).pipeline.map(\.name)).sorted())
    func leftOut(name: String) async throws {
        let options = CompileOptions(withoutPasses: [name], verifiesPasses: true)
        for draw in Self.draws.prefix(8) {
            let network = try RandomNetwork(seed: draw.seed, training: draw.training)
            let expected = try await results(of: network, on: ReferenceBackend(), passes: [])
            let given = try await results(of: network, on: CPUBackend(threads: 2), passes: nil, options)
            expectEqual(given, expected, "without \(name)\n\(network.graph)")
        }
    }

    @Test("fuse nothing for a backend that runs no fused operation, which gets the graph as it was traced")
    func capabilities() throws {
        @Sendable func isFused(_ operation: any FoveaGraph.Operation) -> Bool {
            operation is any FusedOperation || operation is FusedSoftmaxCrossEntropy
        }
        let cpu = try CPUBackend(threads: 1)
        let plain = Capabilities { operation, operands, results in
            !isFused(operation) && cpu.supports(operation, operands: operands, results: results)
        }
        var fusedCount = 0
        for draw in Self.draws {
            let graph = try RandomNetwork(seed: draw.seed, training: draw.training).graph
            let unfused = try graph.optimized(by: cpu.pipeline, for: plain, verifying: true)
            #expect(!unfused.nodes.contains { isFused($0.operation) })
            fusedCount += try graph.optimized(by: cpu.pipeline, for: cpu.capabilities).nodes.count {
                isFused($0.operation)
            }
        }
        #expect(fusedCount > 100)
    }

    private func expectEqual(
        _ given: [(name: String, tensor: Tensor)], _ expected: [(name: String, tensor: Tensor)], _ comment: String
    ) {
        #expect(given.map(\.name) == expected.map(\.name))
        for (given, wanted) in zip(given, expected) {
            // A gradient may be nothing but rounding, such as that of a shift that a normalization undoes.
            let scale: OperationCase.Scale = wanted.name.hasPrefix("momentum/") ? .element : .tensor
            let failure = TensorComparison(given.tensor, wanted.tensor, tolerance: 1e-4, scale: scale).failure
            #expect(failure == nil, "\(wanted.name): \(failure ?? "")\n\(comment)")
        }
    }

    @Test("find in the random networks what they look for in training")
    func patternsOccur() throws {
        let cpu = try CPUBackend(threads: 1)
        var forward = Set<[Bool]>()
        var backward = Set<[Bool]>()
        for draw in Self.draws where draw.training {
            let network = try RandomNetwork(seed: draw.seed, training: true)
            for node in try network.graph.optimized(by: cpu.pipeline, for: cpu.capabilities).nodes {
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
        of network: RandomNetwork, on backend: any Backend, passes: [any Pass]?,
        _ options: CompileOptions = CompileOptions(verifiesPasses: true)
    ) async throws -> [(name: String, tensor: Tensor)] {
        let device = try Device(backend, options: options)
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
