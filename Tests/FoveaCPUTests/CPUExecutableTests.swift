import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaCPU

@Suite("A program on the CPU")
struct CPUExecutableTests {
    @Test("updates states as the reference does, whatever reads them and when", arguments: 0..<60)
    func randomUpdates(seed: UInt64) async throws {
        var random = CounterBasedGenerator(seed: seed, purpose: "program").stream
        let graph = try randomGraph(&random)
        let (cpu, reference) = (Device(try CPUBackend(threads: 2)), Device(ReferenceBackend()))
        let (program, expectation) = (try await cpu.compile(graph), try await reference.compile(graph))
        #expect(program.fallbacks.isEmpty)
        let names = graph.states.map(\.name)
        for (index, name) in names.enumerated() {
            let start = try Tensor([2, 3], (0..<6).map { Float($0 * (index + 1)) * 0.25 - 1 })
            try await program.states.write([(name, start)])
            try await expectation.states.write([(name, start)])
        }
        for run in 0..<3 {
            let inputs = ["x": try Tensor([2, 3], (0..<6).map { Float($0 + run) * 0.5 - 1 })]
            let results = try await cpu.run(program, inputs)
            let expected = try await reference.run(expectation, inputs)
            #expect(results == expected, "run \(run) of\n\(graph)")
            #expect(
                try await program.states.read(names) == expectation.states.read(names),
                "states after run \(run) of\n\(graph)")
        }
    }

    @Test("times its steps without changing a state", arguments: 0..<60)
    func timing(seed: UInt64) throws {
        var random = CounterBasedGenerator(seed: seed, purpose: "program").stream
        let backend = try CPUBackend(threads: 2)
        let graph = try randomGraph(&random).optimized(by: backend.pipeline, for: .everything)
        let buffers = try backend.makeBuffers(graph.states.map(\.type))
        for (index, buffer) in buffers.enumerated() {
            try buffer.write(Tensor([2, 3], (0..<6).map { Float($0 * (index + 1)) * 0.25 - 1 }))
        }
        let before = try buffers.map { try $0.read() }
        let program = try backend.compile(
            graph, state: Dictionary(uniqueKeysWithValues: zip(graph.states.map(\.name), buffers)))
        let inputs = try graph.inputs.map { try Tensor($0.type.shape, (0..<6).map { Float($0) * 0.5 - 1 }) }
        let times = try #require(program as? CPUExecutable).stepTimes(inputs, runs: 2)
        #expect(times.count == program.steps.count && times.allSatisfy { $0 >= 0 })
        #expect(try buffers.map { try $0.read() } == before, "\(graph)")
    }

    /// States, an input, and operations whose results are exact in float32, with random outputs, updates and guard.
    private func randomGraph(_ random: inout CounterBasedGenerator.Stream) throws -> Graph {
        let builder = GraphBuilder()
        let type = TensorType.float32([2, 3])
        let states = try (0..<3).map { try builder.state("s\($0)", type) }
        var values = states + [try builder.input("x", type), try builder.constant(Tensor(repeating: 0.5, type))]
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let (left, right) = (
                values[Int.random(in: 0..<values.count, using: &random)],
                values[Int.random(in: 0..<values.count, using: &random)]
            )
            let value: Value =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: try left + right
                case 1: try left - right
                case 2: try ReLU().applied(to: left)
                case 3: try Transposition(permutation: [1, 0]).applied(to: Reshape(to: [3, 2]).applied(to: left))
                case 4: try Absolute().applied(to: left) - right
                default:
                    try Concatenation(axis: 0).applied(
                        to: Slice(axis: 0, start: 1, end: 2).applied(to: left),
                        Slice(axis: 0, start: 0, end: 1).applied(to: right))
                }
            values.append(value)
        }
        for index in 0..<2 { builder.output("o\(index)", values[Int.random(in: 0..<values.count, using: &random)]) }
        for state in 0..<3 where Int.random(in: 0..<4, using: &random) > 0 {
            builder.update("s\(state)", to: values[Int.random(in: 0..<values.count, using: &random)])
        }
        if Bool.random(using: &random) {
            // Finite in about half of the runs.
            let sum = try ReduceSum(axes: [0, 1]).applied(to: values[Int.random(in: 0..<values.count, using: &random)])
            builder.updateOnlyIfFinite(try SquareRoot().applied(to: sum))
        }
        return builder.graph
    }

    @Test("lets two states trade places")
    func swap() async throws {
        let builder = GraphBuilder()
        let (a, b) = (try builder.state("a", .float32([2])), try builder.state("b", .float32([2])))
        builder.update("a", to: b)
        builder.update("b", to: a)
        let device = Device(try CPUBackend(threads: 1))
        let program = try await device.compile(builder.graph)
        try await program.states.write([("a", Tensor([1, 2] as [Float])), ("b", Tensor([3, 4] as [Float]))])
        _ = try await device.run(program, [:])
        #expect(try await program.states.read(["a", "b"]) == [Tensor([3, 4] as [Float]), Tensor([1, 2] as [Float])])
    }

    @Test("hands out a state's value from before the update")
    func oldValue() async throws {
        let builder = GraphBuilder()
        let count = try builder.state("count", .float32([1]))
        builder.output("before", count)
        builder.update("count", to: try count + 1)
        let device = Device(try CPUBackend(threads: 1))
        let program = try await device.compile(builder.graph)
        for step in 0..<3 {
            #expect(try await device.run(program, [:])["before"] == Tensor([Float(step)]))
        }
    }

    @Test("reads a large input where it lies, and leaves it as it was", arguments: [false, true])
    func largeInput(isOutput: Bool) async throws {
        let type = TensorType.float32([2, 3, 64, 64])
        let builder = GraphBuilder()
        let x = try builder.input("x", type)
        let filters = try builder.constant(Tensor(repeating: 0.25, .float32([4, 3, 3, 3])))
        builder.output("convolved", try Convolution(Window(kernel: 3)).applied(to: x, filters))
        builder.output("doubled", try x + x)
        builder.output("rectified", try ReLU().applied(to: x))
        if isOutput { builder.output("x", x) }
        let (cpu, reference) = (Device(try CPUBackend(threads: 2)), Device(ReferenceBackend()))
        let (program, expectation) = (
            try await cpu.compile(builder.graph), try await reference.compile(builder.graph)
        )
        for run in 0..<3 {
            let given = try Tensor(type.shape, (0..<type.shape.elementCount).map { Float(($0 + run) % 7) - 3 })
            let copy = try Tensor(type.shape, given.floats.map { $0 })
            let results = try await cpu.run(program, ["x": given])
            #expect(try await results == reference.run(expectation, ["x": copy]))
            #expect(given == copy)
        }
    }

    @Test("leaves states as they were when the guard is not finite, also those that are updated in place")
    func guarded() async throws {
        let builder = GraphBuilder()
        let (weight, velocity) = (try builder.state("w", .float32([40])), try builder.state("v", .float32([40])))
        let x = try builder.input("x", .float32([40]))
        let rate = try builder.constant(0.5)
        let loss = try ReduceSum(axes: [0]).applied(to: x)
        builder.updateOnlyIfFinite(loss)
        let updated = try SGDUpdate(momentum: 0.5).results(on: [weight, x, rate, velocity])
        builder.update("w", to: updated[0])
        builder.update("v", to: updated[1])
        let device = Device(try CPUBackend(threads: 1))
        let program = try await device.compile(builder.graph)
        func run(_ value: Float) async throws -> [Float] {
            _ = try await device.run(program, ["x": Tensor([Float](repeating: value, count: 40))])
            return try await program.states.read(["w", "v"]).map { $0.floats[39] }
        }
        #expect(try await run(1) == [-0.5, 1])
        #expect(try await run(.nan) == [-0.5, 1])
        #expect(try await run(-.infinity) == [-0.5, 1])
        #expect(try await run(1) == [-1.25, 1.5])
    }

    /// Convolutions whose channels fill oneDNN's blocks.
    private struct Blocks: Layer {
        let conv1 = Conv2D(16, kernel: 3, padding: 1)
        let conv2 = Conv2D(32, kernel: 3, padding: 1)
        let fc = Dense(10)

        func callAsFunction(_ input: Value) throws -> Value {
            let pooled = try MaxPool2D(2)(ReLU()(conv1(input)))
            return try fc(Flatten()(ReLU()(conv2(pooled))))
        }
    }

    @Test("keeps the layout of images from convolution to convolution")
    func layoutsAreCarried() async throws {
        let graph = try InferenceGraph(Blocks(), input: [2, 16, 8, 8]).graph
        let backend = try CPUBackend(threads: 2, kernels: KernelSelection(.fixed))
        let steps = try await Device(backend).compile(graph).steps
        // What one node does in several steps counts once.
        let operations = steps.filter { !$0.path.hasPrefix("fc") }.map(\.operation).reduce(into: [String]()) {
            if $0.last != $1 { $0.append($1) }
        }
        let first = try #require(operations.firstIndex(of: "FusedConvolution"))
        let last = try #require(operations.lastIndex(of: "FusedConvolution"))
        #expect(operations[first..<last] == ["FusedConvolution", "MaxPooling"])
        let second = steps.first { $0.path == "conv2" && $0.operation == "FusedConvolution" }
        #expect(second?.implementation.contains("jit") == true)
    }

    private func training() throws -> TrainingGraph {
        try TrainingGraph(
            LeNet5(), loss: CrossEntropyLoss(), optimizer: SGD(learningRate: 0.05, momentum: 0.9),
            input: [8, 1, 12, 12])
    }

    /// Losses of a LeNet from one start on one batch, and the weights at the end.
    private func train(on backend: any Backend, steps: Int) async throws -> (losses: [Float], weights: [Tensor]) {
        let training = try training()
        let device = Device(backend)
        let program = try await device.compile(training.graph)
        let names = training.parameters.map(\.path)
        for parameter in training.parameters {
            var random = CounterBasedGenerator(seed: 1, purpose: parameter.path).stream
            let scale = parameter.shape.rank == 1 ? 0 : 0.1
            let elements = (0..<parameter.shape.elementCount).map { _ in Float(random.normal() * scale) }
            try await program.states.write([(parameter.path, try Tensor(parameter.shape, elements))])
        }
        var random = CounterBasedGenerator(seed: 2, purpose: "images").stream
        let images = try Tensor([8, 1, 12, 12], (0..<8 * 144).map { _ in Float(random.normal()) })
        var losses: [Float] = []
        for step in 1...steps {
            let results = try await device.run(
                program,
                [
                    GraphName.images: images, GraphName.labels: Tensor(integers: (0..<8).map { Int32($0) }),
                    GraphName.learningRate: Tensor(scalar: 0.05), GraphName.step: Tensor(scalar: Float(step)),
                ])
            losses.append(try #require(results[GraphName.loss]?.floats.first))
        }
        return (losses, try await program.states.read(names))
    }

    @Test("trains LeNet along the reference's loss curve")
    func lossCurve() async throws {
        let (losses, _) = try await train(on: CPUBackend(threads: 2), steps: 12)
        let (expected, _) = try await train(on: ReferenceBackend(), steps: 12)
        for (loss, wanted) in zip(losses, expected) { #expect(abs(loss - wanted) < 1e-4) }
        #expect(expected[11] < expected[0] * 0.8, "the network learns")
    }

    @Test("gives the same weights twice, bit for bit")
    func deterministic() async throws {
        let kernels = KernelSelection()
        let (first, second) = (
            try await train(on: CPUBackend(threads: 2, kernels: kernels), steps: 20),
            try await train(
                on: CPUBackend(threads: 2, kernels: KernelSelection(repeating: kernels.choices.mapValues(\.kernel))),
                steps: 20)
        )
        #expect(first.weights == second.weights)
        #expect(first.losses == second.losses)
    }

    @Test("is refused before it takes memory when the machine has not enough")
    func tooLarge() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([1]))
        builder.output("y", try ReduceSum(axes: [0]).applied(to: Broadcast(to: [1 << 38]).applied(to: x)))
        let device = Device(try CPUBackend(threads: 1))
        let error = try await #require(throws: FoveaError.self) { try await device.compile(builder.graph) }
        #expect(error.code == .unavailable)
        // 2^38 floats, and the input in a cache line of its own.
        #expect(error.problem.contains("takes 1.1 TB, and"), "names the predicted bytes: \(error.problem)")
    }

    @Test("has no state that is larger than the machine's memory")
    func hugeState() async throws {
        let builder = GraphBuilder()
        builder.output("y", try ReduceSum(axes: [0]).applied(to: builder.state("s", .float32([1 << 39]))))
        let device = Device(try CPUBackend(threads: 1))
        let error = await #expect(throws: FoveaError.self) { try await device.compile(builder.graph) }
        #expect(
            error?.problem.hasPrefix("Not enough memory: a state of type f32[549755813888] takes 2.2 TB") == true,
            "\(error?.problem ?? "")")
    }
}
