import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("One arena for all programs of a backend")
struct SharedArenaTests {
    /// y = max(0, x · w) · w for a square matrix of a side, with `w` prepared or given.
    private static func products(_ side: Int, givenWeights: Bool = true) throws -> Graph {
        let builder = GraphBuilder()
        let type = TensorType.float32([side, side])
        let x = try builder.input("x", type)
        let w = try givenWeights ? builder.input("w", type) : builder.state("w", type)
        let hidden = try ReLU().applied(to: MatrixMultiplication().applied(to: x, w))
        builder.output("hidden", hidden)
        builder.output("y", try MatrixMultiplication().applied(to: hidden, w))
        return builder.graph
    }

    /// Of −1, 0 and 1, so that every sum is exact.
    private static func inputs(_ side: Int, seed: UInt64 = 1) -> [String: Tensor] {
        let shape = Shape([side, side])
        return [
            "x": OperandDraw(shape, .fewValues).tensor(seed: seed, purpose: "x"),
            "w": OperandDraw(shape, .fewValues).tensor(seed: seed, purpose: "w"),
        ]
    }

    private static func expected(_ graph: Graph, _ inputs: [String: Tensor]) async throws -> [String: Tensor] {
        let device = Device(ReferenceBackend())
        return try await device.run(try await device.compile(graph), inputs)
    }

    private func backend() throws -> CPUBackend { try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) }

    @Test("a smaller program needs nothing that a larger one does not hold; what is predicted is what is taken")
    func predicted() async throws {
        let backend = try backend()
        let device = Device(backend)
        let states = DeviceStates(on: device)
        let (small, large) = (try Self.products(40), try Self.products(100))
        func inputBytes(_ side: Int) -> Int { 2 * side * side * 4 }
        let alone = try #require(try await device.predictedByteCount(of: device.optimized(large), states: states))
        _ = try await device.compile(large, states: states)
        let taken = backend.arena.byteCount
        #expect(alone == taken + inputBytes(100) && taken > 0)
        #expect(try await device.predictedByteCount(of: device.optimized(large), states: states) == inputBytes(100))
        #expect(try await device.predictedByteCount(of: device.optimized(small), states: states) == inputBytes(40))
        _ = try await device.compile(small, states: states)
        #expect(backend.arena.byteCount == taken)

        // The other way round only what is missing is added.
        let second = try self.backend()
        let other = Device(second)
        _ = try await other.compile(small)
        let held = second.arena.byteCount
        #expect(held > 0 && held < taken)
        #expect(
            try await other.predictedByteCount(of: other.optimized(large), states: DeviceStates(on: other))
                == taken - held + inputBytes(100))
        _ = try await other.compile(large)
        #expect(second.arena.byteCount == taken)
    }

    @Test("programs compute the same after the arena has grown between their runs")
    func growth() async throws {
        let backend = try backend()
        let device = Device(backend)
        let sides = [24, 64, 48, 130, 24]
        var programs: [(graph: Graph, program: Program, inputs: [String: Tensor])] = []
        var sizes: [Int] = []
        for (index, side) in sides.enumerated() {
            let graph = try Self.products(side)
            programs.append((graph, try await device.compile(graph), Self.inputs(side, seed: UInt64(index))))
            sizes.append(backend.arena.byteCount)
            for (graph, program, inputs) in programs {
                let (results, wanted) = (
                    try await device.run(program, inputs), try await Self.expected(graph, inputs)
                )
                #expect(results == wanted, "side \(side)")
            }
        }
        #expect(sizes == sizes.sorted() && sizes[0] < sizes[1] && sizes[1] == sizes[2] && sizes[2] < sizes[3])
        #expect(sizes[3] == sizes[4])
    }

    @Test("prepared weights stay while other programs use the arena")
    func preparations() async throws {
        let device = Device(try backend())
        let graph = try Self.products(50, givenWeights: false)
        let program = try await device.compile(graph)
        let inputs = Self.inputs(50)
        let weights = try #require(inputs["w"])
        try await program.states.write([("w", weights)])
        let wanted = try await Self.expected(Self.products(50), inputs)
        for side in [30, 90] {
            let result = try await device.run(program, ["x": try #require(inputs["x"])])
            #expect(result["y"] == wanted["y"], "before \(side)")
            _ = try await device.run(try await device.compile(Self.products(side)), Self.inputs(side))
        }
        #expect(try await device.run(program, ["x": try #require(inputs["x"])])["y"] == wanted["y"])
    }

    @Test("a result is the same whatever runs before it is read, also when the arena grows")
    func resultsStay() async throws {
        let device = Device(try backend())
        let graph = try Self.products(32)
        let program = try await device.compile(graph)
        var results: [[String: any DeviceValue]] = []
        for seed in 0..<4 {
            results.append(try await device.results(of: program, given: Self.inputs(32, seed: UInt64(seed))))
        }
        _ = try await device.run(try await device.compile(Self.products(150)), Self.inputs(150))
        for (seed, result) in results.enumerated() {
            let wanted = try await Self.expected(graph, Self.inputs(32, seed: UInt64(seed)))
            for name in ["hidden", "y"] {
                let value = try #require(result[name])
                #expect(value.type == .float32([32, 32]))
                #expect(try value.read() == wanted[name], "\(name) of \(seed)")
                #expect(try value.read() == value.read())
            }
        }
    }

    @Test("a program's result is an input of the next run, of the same program and of another")
    func chained() async throws {
        let device = Device(try backend())
        let graph = try Self.products(20)
        let (first, second) = (try await device.compile(graph), try await device.compile(graph))
        let inputs = Self.inputs(20)
        var value: any DeviceValue = try #require(inputs["x"])
        var wanted = try #require(inputs["x"])
        let weights = try #require(inputs["w"])
        for program in [first, first, second] {
            value = try #require(try await device.results(of: program, given: ["x": value, "w": weights])["y"])
            wanted = try #require(try await Self.expected(graph, ["x": wanted, "w": weights])["y"])
        }
        #expect(wanted.floats.contains { $0 != 0 } && wanted.floats.allSatisfy { abs($0) < 0x1p24 })
        #expect(try value.read() == wanted)
    }

    @Test("results are read on other threads while the device goes on")
    func concurrentReading() async throws {
        let device = Device(try backend())
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([1000]))
        builder.output("y", try x + x)
        let program = try await device.compile(builder.graph)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                let given = Tensor([Float](repeating: Float(number), count: 1000))
                let value = try #require(try await device.results(of: program, given: ["x": given])["y"])
                group.addTask { try value.read().floats.allSatisfy { $0 == Float(2 * number) } }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("two devices of one backend never compute in the arena at the same time")
    func twoDevices() async throws {
        let backend = try backend()
        let devices = [Device(backend), Device(backend)]
        let graph = try Self.products(64)
        let (inputs, wanted) = (Self.inputs(64), try await Self.expected(graph, Self.inputs(64)))
        try await withThrowingTaskGroup(of: [Tensor?].self) { group in
            for device in devices {
                group.addTask {
                    let program = try await device.compile(graph)
                    var results: [Tensor?] = []
                    for _ in 0..<50 { results.append(try await device.run(program, inputs)["y"]) }
                    return results
                }
            }
            for try await results in group {
                for result in results { #expect(result == wanted["y"]) }
            }
        }
    }

    @Test("the careful plan of a run with NaN works in the same arena")
    func careful() async throws {
        let backend = try backend()
        let device = Device(backend)
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([1, 32, 12, 12]))
        let filters = try builder.constant(OperandDraw([32, 32, 1, 1], .fewValues).tensor(seed: 1, purpose: "filters"))
        builder.output("y", try ReLU().applied(to: Convolution(Window(kernel: 1)).applied(to: x, filters)))
        let program = try await device.compile(builder.graph)
        let other = try await device.compile(Self.products(16))
        let images = OperandDraw([1, 32, 12, 12], .fewValues).tensor(seed: 1, purpose: "x")
        let nan = Tensor(repeating: .nan, .float32([1, 32, 12, 12]))
        let wanted = try #require(try await Self.expected(builder.graph, ["x": images])["y"])
        let products = try await Self.expected(Self.products(16), Self.inputs(16))
        for _ in 0..<2 {
            let result = try #require(try await device.results(of: program, given: ["x": nan])["y"])
            #expect(try await device.run(program, ["x": images])["y"] == wanted)
            #expect(try await device.run(other, Self.inputs(16)) == products)
            #expect(try result.read().floats.allSatisfy { $0.isNaN })
        }
        #expect(backend.carefulRunCount == (Processor.noticesInvalidOperations ? 2 : 0))
    }
}
