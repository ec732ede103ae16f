import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("The reference backend")
struct ReferenceBackendTests {
    @Test("agrees with itself on every case of the table: each compiles, runs and has results of the promised types")
    func everyCase() async throws {
        let parities = try await checkParity(of: ReferenceBackend(), on: OperationCase.all())
        for parity in parities { #expect(parity.failures.isEmpty, "\(parity.testCase)") }
        #expect(parities.count > 400)
    }

    @Test("rounds each result once to its type")
    func rounding() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([1]))
        builder.output("y", try (x + 1) + -1)
        let device = Device(ReferenceBackend())
        let program = try await device.compile(builder.graph)
        #expect(try await device.run(program, ["x": floats(1e-9)]) == ["y": floats(0)])
    }
}
