import FoveaGraph
import FoveaRuntime
import Testing

@Suite("A series of runs on a device")
struct DeviceSeriesTests {
    /// total += x; hands back the total before the update.
    private func counter(on device: Device) async throws -> Program {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([]))
        let total = try builder.state("total", .float32([]))
        builder.output("before", try total + 0)
        builder.update("total", to: try total + x)
        return try await device.compile(builder.graph)
    }

    @Test("gives each run its own inputs and keeps what was asked for, in order", arguments: [[], ["Addition"]])
    func inOrder(refused: Set<String>) async throws {
        let device = Device(PickyBackend(refusing: refused))
        let program = try await counter(on: device)
        #expect(program.inputs.map(\.name) == ["x"] && program.outputs == ["before"])
        let start = ContinuousClock.now
        let runs = try await device.series(of: program, .runs(4)) { number in
            try program.ordered(["x": Tensor(scalar: Float(number + 1))])
        } keeping: { number, outputs in
            "\(number): \(try outputs[0].read().floats[0])"
        }
        #expect(runs.map(\.kept) == ["0: 0.0", "1: 1.0", "2: 3.0", "3: 6.0"])
        let elapsed = ContinuousClock.now - start
        #expect(runs.allSatisfy { $0.duration >= .zero })
        #expect(runs.map(\.duration).reduce(.zero, +) <= elapsed, "each run's own time, one after the other")
        #expect(try await program.states.read(["total"]) == [Tensor(scalar: 10)])
    }

    @Test("has as many runs as it is told, and at least that many where it has no time")
    func length() async throws {
        let device = Device(ReferenceBackend())
        let program = try await counter(on: device)
        func count(_ length: SeriesLength) async throws -> Int {
            try await device.series(of: program, length, inputs: { _ in [Tensor(scalar: 1)] }, keeping: { _, _ in })
                .count
        }
        #expect(try await count(.runs(0)) == 0)
        #expect(try await count(.about(.zero, atLeast: 3)) == 3)
        #expect(try await count(.runs(2)) == 2)
    }

    @Test("ends with the error of its inputs, and with that of a run; what ran before has happened")
    func errors() async throws {
        let device = Device(ReferenceBackend())
        let program = try await counter(on: device)
        let misfit = await #expect(throws: FoveaError.self) {
            try await device.series(
                of: program, .runs(5), inputs: { $0 < 2 ? [Tensor(scalar: 1)] : [Tensor([1, 2])] }, keeping: { _, _ in }
            )
        }
        #expect(misfit?.problem.contains("f32[2]") == true)
        #expect(try await program.states.read(["total"]) == [Tensor(scalar: 2)])
        let missing = await #expect(throws: FoveaError.self) {
            try await device.series(of: program, .runs(1), inputs: { _ in [] }, keeping: { _, _ in })
        }
        #expect(missing?.code == .usage && missing?.problem == "The program takes 1 inputs and was given 0.")
    }
}
