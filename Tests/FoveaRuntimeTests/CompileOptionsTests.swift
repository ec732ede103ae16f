import FoveaGraph
import FoveaRuntime
import Testing

@Suite("Options of compiling")
struct CompileOptionsTests {
    private func problem(withoutPasses names: Set<String>) throws -> FoveaError? {
        #expect(throws: FoveaError.self) {
            try Device(PickyBackend(refusing: []), options: CompileOptions(withoutPasses: names))
        }
    }

    @Test("refuse a pass that the backend does not have, suggest the nearest, and list all")
    func unknown() throws {
        let all =
            "Its passes are remove-dead-nodes, fold-batch-normalization, fold-constants, decompose-operations."
        let near = try problem(withoutPasses: ["fold-constant", "fold-constants"])
        #expect(near?.code == .usage)
        #expect(near?.problem == "The device `picky` has no pass named `fold-constant`.")
        #expect(near?.remedy == "Did you mean `fold-constants`? \(all)")
        #expect(try problem(withoutPasses: ["unroll"])?.remedy == all)
    }

    @Test("leave a pass out")
    func leftOut() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2]))
        builder.output("y", try x * builder.constant(2).builder.constant(3))
        _ = try Mish().applied(to: x)
        let backend = PickyBackend(refusing: ["Mish"])
        func names(without passes: Set<String>) async throws -> [String] {
            let device = try Device(backend, options: CompileOptions(withoutPasses: passes))
            return try await device.compile(builder.graph).graph.nodes.map(\.operation.operationName)
        }
        #expect(try await !names(without: []).contains("Tanh"))
        #expect(try await names(without: ["remove-dead-nodes"]).contains("Tanh"))
        #expect(try await names(without: ["remove-dead-nodes", "decompose-operations"]).contains("Mish"))
    }

    @Test("let a device compile only what was optimized for it")
    func otherDevice() async throws {
        let builder = GraphBuilder()
        builder.output("y", try ReLU().applied(to: builder.input("x", .float32([2]))))
        let (first, second) = (Device(ReferenceBackend()), Device(ReferenceBackend()))
        let optimized = try first.optimized(builder.graph)
        _ = try await first.compile(optimized)
        let error = await #expect(throws: FoveaError.self) { try await second.compile(optimized) }
        #expect(error?.problem == "The graph was optimized for another device.")
        #expect(error?.remedy == "Optimize it for the one that compiles it.")
    }
}
