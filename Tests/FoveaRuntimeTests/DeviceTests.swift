import FoveaGraph
import FoveaRuntime
import Testing

@Suite("A device")
struct DeviceTests {
    /// total += x; hands back 2·total before the update.
    private func counter(_ shape: Shape = [2]) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32(shape))
        let total = try builder.state("total", .float32(shape))
        builder.output("doubled", try total * 2)
        builder.update("total", to: try total + x)
        return builder.graph
    }

    @Test(
        "keeps state from run to run, zeros at the start",
        arguments: [[], ["Addition"], ["Multiplication"]] as [Set<String>])
    func state(refused: Set<String>) async throws {
        let device = Device(PickyBackend(refusing: refused))
        let program = try await device.compile(counter())
        #expect(try await program.states.read(["total"]) == [floats(0, 0)])
        for run: Float in [0, 1, 2] {
            let results = try await device.run(program, ["x": floats(1, 10)])
            #expect(results == ["doubled": floats(2 * run, 20 * run)])
        }
        #expect(try await program.states.read(["total"]) == [floats(3, 30)])
    }

    @Test("lets programs share the states of one owner, and writes to them")
    func sharing() async throws {
        let device = Device(ReferenceBackend())
        let states = DeviceStates(on: device)
        try await states.write([(name: "total", tensor: floats(5, 6))])
        let first = try await device.compile(counter(), states: states)
        let second = try await device.compile(counter(), states: states)
        _ = try await device.run(first, ["x": floats(1, 1)])
        #expect(try await device.run(second, ["x": floats(0, 0)]) == ["doubled": floats(12, 14)])
        try await states.write([(name: "total", tensor: floats(0, 1))])
        #expect(try await device.run(first, ["x": floats(0, 0)]) == ["doubled": floats(0, 2)])
    }

    @Test("keeps the states of two owners apart, whatever their names and types")
    func owners() async throws {
        let device = Device(ReferenceBackend())
        let (first, second) = (try await device.compile(counter()), try await device.compile(counter()))
        let wider = try await device.compile(counter([3]))
        _ = try await device.run(first, ["x": floats(1, 1)])
        _ = try await device.run(wider, ["x": floats(1, 2, 3)])
        #expect(try await first.states.read(["total"]) == [floats(1, 1)])
        #expect(try await second.states.read(["total"]) == [floats(0, 0)])
        #expect(try await wider.states.read(["total"]) == [floats(1, 2, 3)])
    }

    @Test("frees what a dropped owner held")
    func freed() async throws {
        let device = Device(ReferenceBackend())
        weak var dropped: DeviceStates?
        do {
            let program = try await device.compile(counter())
            _ = try await device.run(program, ["x": floats(1, 1)])
            dropped = program.states
            #expect(dropped != nil)
        }
        #expect(dropped == nil)
    }

    @Test("refuses the states of another device")
    func foreignStates() async throws {
        let states = DeviceStates(on: Device(ReferenceBackend()))
        let error = await #expect(throws: FoveaError.self) {
            try await Device(ReferenceBackend()).compile(counter(), states: states)
        }
        #expect(error?.problem == "The states given belong to another device.")
    }

    @Test("names the states that are not finite")
    func nonFinite() async throws {
        let states = DeviceStates(on: Device(ReferenceBackend()))
        try await states.write([
            ("d", floats(1, .nan)), ("c", floats(.infinity)), ("b", floats(0)), ("a", floats(-.infinity, 1)),
        ])
        #expect(try await states.nonFiniteNames() == ["a", "c", "d"])
    }

    @Test("leaves the state alone in a run whose guard is not finite")
    func guarded() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([]))
        let weight = try builder.state("weight", .float32([]))
        let loss = try x * 2
        builder.output("loss", loss)
        builder.update("weight", to: try weight + x)
        builder.updateOnlyIfFinite(loss)
        for refused: Set<String> in [[], ["Addition"]] {
            let device = Device(PickyBackend(refusing: refused))
            let program = try await device.compile(builder.graph)
            for x: Float in [1, .nan, .infinity, 1] { _ = try await device.run(program, ["x": Tensor(scalar: x)]) }
            #expect(try await program.states.read(["weight"]) == [Tensor(scalar: 2)])
        }
    }

    @Test(
        "refuses inputs that are missing, unknown or of another type, and says which",
        arguments: [
            ([:], "`x`"), (["y": floats(1, 2)], "`x`"), (["x": floats(1, 2, 3)], "f32[3]"),
            (["x": Tensor(integers: [1, 2])], "i32[2]"),
            (["x": floats(1, 2), "spare": floats(1)], "spare"),
        ] as [([String: Tensor], String)])
    func wrongInputs(inputs: [String: Tensor], mention: String) async throws {
        let device = Device(ReferenceBackend())
        let program = try await device.compile(counter())
        let error = await #expect(throws: FoveaError.self) { try await device.run(program, inputs) }
        #expect(error?.code == .usage)
        #expect(error?.problem.contains(mention) == true, "\(String(describing: error))")
        #expect(error?.remedy.isEmpty == false)
        #expect(try await program.states.read(["total"]) == [floats(0, 0)])
    }

    @Test("refuses states that it does not hold or holds with another type")
    func wrongStates() async throws {
        let device = Device(ReferenceBackend())
        let states = try await device.compile(counter()).states
        let unknown = await #expect(throws: FoveaError.self) { try await states.read(["unknown"]) }
        #expect(unknown?.problem.contains("`unknown`") == true)
        let other = await #expect(throws: FoveaError.self) {
            try await states.write([(name: "total", tensor: floats(1, 2, 3))])
        }
        #expect(other?.problem.contains("f32[3]") == true)
        let clash = await #expect(throws: FoveaError.self) { try await device.compile(counter([3]), states: states) }
        #expect(clash?.problem.contains("`total`") == true)
    }

    @Test("hands back inputs, constants and states that are outputs themselves")
    func passedThrough() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2]))
        builder.output("x", x)
        builder.output("constant", try builder.constant(floats(7, 8)))
        builder.output("state", try builder.state("held", .float32([2])))
        builder.output("computed", try ReLU().applied(to: x))
        for refused: Set<String> in [[], ["ReLU"]] {
            let device = Device(PickyBackend(refusing: refused))
            let program = try await device.compile(builder.graph)
            try await program.states.write([(name: "held", tensor: floats(3, 4))])
            let results = try await device.run(program, ["x": floats(-1, 2)])
            #expect(
                results == [
                    "x": floats(-1, 2), "constant": floats(7, 8), "state": floats(3, 4),
                    "computed": floats(0, 2),
                ])
        }
    }

    @Test("swaps two states: updates read the values from before the run")
    func swap() async throws {
        let builder = GraphBuilder()
        let (a, b) = (try builder.state("a", .float32([])), try builder.state("b", .float32([])))
        builder.update("a", to: b)
        builder.update("b", to: try a + 0)
        for refused: Set<String> in [[], ["Addition"]] {
            let device = Device(PickyBackend(refusing: refused))
            let program = try await device.compile(builder.graph)
            try await program.states.write([("a", Tensor(scalar: 1)), ("b", Tensor(scalar: 2))])
            _ = try await device.run(program, [:])
            #expect(try await program.states.read(["a", "b"]) == [Tensor(scalar: 2), Tensor(scalar: 1)])
        }
    }

    @Test("serves many tasks at once")
    func concurrency() async throws {
        let device = Device(PickyBackend(refusing: []))
        let program = try await device.compile(counter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { _ = try await device.run(program, ["x": floats(1, 2)]) }
            }
            try await group.waitForAll()
        }
        #expect(try await program.states.read(["total"]) == [floats(100, 200)])
    }

    @Test("refuses a graph that is not sound")
    func unsound() async throws {
        var graph = try counter()
        graph.addUpdate("total", graph.inputs[0].value)
        let error = await #expect(throws: FoveaError.self) { try await Device(ReferenceBackend()).compile(graph) }
        #expect(error?.code == .internalDefect)
        #expect(error?.problem == "The graph has two updates of one name among [\"total\", \"total\"].")
    }
}

/// A float32 tensor of rank 1.
func floats(_ elements: Float...) -> Tensor { Tensor(elements) }
