import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("A backend that lacks operations")
struct PartitionTests {
    static let refusals: [Set<String>] = [
        ["Tanh", "Addition"], ["Convolution", "BatchNormalization"], ["MaxPooling", "ReduceMean", "Multiplication"],
        [
            "Tanh", "Addition", "Multiplication", "Convolution", "MaxPooling", "BatchNormalization", "ReduceMean",
            "ReduceMaximum", "Sigmoid",
        ],
        [],
    ]

    @Test("computes the same as the reference, updates and guards included", arguments: 0..<60 as Range<UInt64>)
    func sameResults(seed: UInt64) async throws {
        let random = try RandomGraph(seed: seed)
        let refused = Self.refusals[Int(seed) % Self.refusals.count]
        let device = Device(PickyBackend(refusing: refused))
        let reference = Device(ReferenceBackend())
        let program = try await device.compile(random.graph)
        // The same parts, where an operation is taken apart.
        let expectation = try await reference.compile(program.graph, passes: [])
        try await program.states.write(random.states)
        try await expectation.states.write(random.states)
        let names = random.graph.states.map(\.name)
        for run in 0..<3 {
            let actual = try await device.run(program, random.inputs(run: run))
            let expected = try await reference.run(expectation, random.inputs(run: run))
            #expect(Set(actual.keys) == Set(expected.keys))
            for (name, tensor) in expected {
                let failure = TensorComparison(try #require(actual[name]), tensor, tolerance: 0).failure
                #expect(failure == nil, "run \(run), \(name): \(failure ?? "")\n\(random.graph)")
            }
            for (held, (given, wanted)) in zip(
                names, zip(try await program.states.read(names), try await expectation.states.read(names)))
            {
                let failure = TensorComparison(given, wanted, tolerance: 0).failure
                #expect(failure == nil, "run \(run), state \(held): \(failure ?? "")\n\(random.graph)")
            }
        }
        let computed = Set(program.graph.nodes.map(\.operation.operationName))
        #expect(program.fallbacks == refused.intersection(computed).sorted())
    }

    @Test("runs the parts of an operation, and says so")
    func parts() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2, 3]))
        builder.location = Location(path: "act1", layer: "Mish")
        builder.output("y", try Mish().applied(to: x))
        let program = try await Device(PickyBackend(refusing: ["Mish", "Softplus"])).compile(builder.graph)
        #expect(program.fallbacks == ["Softplus"], "only what has no simpler parts")
        #expect(
            program.explain() == """
                layer  operation       device     implementation
                act1   Softplus        reference  definition
                act1   Tanh            picky      definition
                act1   Multiplication  picky      definition
                """)
        let whole = try await Device(PickyBackend(refusing: ["Mish", "Softplus", "Tanh", "Multiplication"]))
            .compile(builder.graph)
        #expect(whole.fallbacks == ["Mish"], "where none of the parts runs")
    }

    @Test("says what fell back")
    func explanation() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2, 3]))
        builder.location = Location(path: "act1", layer: "GELU")
        let y = try GELU().applied(to: x)
        builder.location = Location(path: "act2", layer: "ReLU")
        builder.output("y", try ReLU().applied(to: y))
        let program = try await Device(PickyBackend(refusing: ["GELU"])).compile(builder.graph)
        #expect(program.fallbacks == ["GELU"])
        #expect(
            program.explain() == """
                layer  operation  device     implementation
                act1   GELU       reference  definition
                act2   ReLU       picky      definition
                """)
    }
}
