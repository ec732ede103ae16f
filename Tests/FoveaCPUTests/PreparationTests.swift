import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("What a program prepares from states that it does not change")
struct PreparationTests {
    /// Weights that are re-laid, a normalization that is folded into them, and weights that are not re-laid.
    private struct Network: Layer {
        let conv1 = Conv2D(16, kernel: 3, padding: 1, bias: false)
        let bn1 = BatchNorm2D()
        let conv2 = Conv2D(32, kernel: 3, padding: 1)
        let fc = Dense(4)

        func callAsFunction(_ input: Value) throws -> Value {
            try fc(Flatten()(ReLU()(conv2(ReLU()(bn1(conv1(input)))))))
        }
    }

    private static let input: Shape = [4, 3, 6, 6]

    private static func tensor(_ type: TensorType, _ purpose: String, positive: Bool = false) -> Tensor {
        let draw = OperandDraw(type.shape, positive ? .positive : .normal(deviation: 0.3))
        return Tensor(elements: draw.elements(CounterBasedGenerator(seed: 1, purpose: purpose)), type)
    }

    private static func weights(_ version: Int, of graph: Graph) -> [(name: String, tensor: Tensor)] {
        graph.states.map {
            ($0.name, tensor($0.type, "\($0.name) \(version)", positive: $0.name.hasSuffix("var")))
        }
    }

    private static let images = tensor(.float32(input), "images")
    private static let labels = Tensor(integers: [0, 1, 2, 3])

    private func expectClose(_ given: Tensor?, _ expected: Tensor?, _ what: String) throws {
        let comparison = TensorComparison(try #require(given), try #require(expected), tolerance: 1e-4)
        #expect(comparison.failure == nil, "\(what)")
    }

    @Test("leaves a run with nothing but the convolutions and the layer that takes weights as they are")
    func steps() async throws {
        let graph = try InferenceGraph(Network(), input: Self.input).graph
        let backend = try CPUBackend(threads: 2, kernels: KernelSelection(.fixed))
        let steps = try await Device(backend).compile(graph).steps
        #expect(!steps.contains { $0.path.hasPrefix("bn") || $0.operation.contains("Normalization") })
        // The images take the convolution's layout, and the result is flattened row by row.
        let reorders = steps.filter { $0.operation == "Reorder" }
        #expect(reorders.allSatisfy { !$0.implementation.hasPrefix("plain") && !$0.implementation.contains("blocked") })
        #expect(reorders.count <= 2)
    }

    @Test("is made anew when a state has been written")
    func writes() async throws {
        let graph = try InferenceGraph(Network(), input: Self.input).graph
        let (cpu, reference) = (Device(try CPUBackend(threads: 2)), Device(ReferenceBackend()))
        let (program, expectation) = (try await cpu.compile(graph), try await reference.compile(graph))
        for version in 0..<3 {
            // The last time only one state changes.
            let weights = Self.weights(version, of: graph).filter { version < 2 || $0.name == "bn1.running_mean" }
            try await program.states.write(weights)
            try await expectation.states.write(weights)
            for run in 0..<2 {
                let results = try await cpu.run(program, [GraphName.images: Self.images])
                let expected = try await reference.run(expectation, [GraphName.images: Self.images])
                try expectClose(
                    results[GraphName.logits], expected[GraphName.logits], "run \(run) of version \(version)")
            }
        }
    }

    @Test("is made anew when a training program has changed a state", arguments: [false, true])
    func training(guardStops: Bool) async throws {
        let training = try TrainingGraph(
            Network(), loss: CrossEntropyLoss(), optimizer: SGD(learningRate: 0.1, momentum: 0.9), input: Self.input)
        let evaluation = try EvaluationGraph(Network(), loss: CrossEntropyLoss(), input: Self.input).graph
        func losses(on backend: any Backend) async throws -> [Tensor] {
            let device = Device(backend)
            let states = DeviceStates(on: device)
            let (train, evaluate) = (
                try await device.compile(training.graph, states: states),
                try await device.compile(evaluation, states: states)
            )
            try await states.write(Self.weights(0, of: evaluation))
            var losses: [Tensor] = []
            for epoch in 0..<4 {
                // A run whose loss is not a number changes nothing.
                let images =
                    guardStops && epoch == 2 ? Tensor(repeating: .nan, Self.images.type) : Self.images
                _ = try await device.run(
                    train,
                    [
                        GraphName.images: images, GraphName.labels: Self.labels,
                        GraphName.learningRate: Tensor(scalar: 0.1), GraphName.step: Tensor(scalar: Float(epoch + 1)),
                    ])
                let results = try await device.run(
                    evaluate, [GraphName.images: Self.images, GraphName.labels: Self.labels])
                losses.append(try #require(results[GraphName.loss]))
            }
            return losses
        }
        let (given, expected) = (
            try await losses(on: CPUBackend(threads: 2)), try await losses(on: ReferenceBackend())
        )
        for epoch in 0..<4 { try expectClose(given[epoch], expected[epoch], "epoch \(epoch)") }
        #expect(expected[0] != expected[1])
        #expect((expected[1] == expected[2]) == guardStops)
    }

    @Test("runs every kernel on as many threads as it was made for")
    func threads() async throws {
        // Small kernels run on one thread; here even the operands of products and convolutions are states.
        let builder = GraphBuilder()
        let matrix = try builder.state("m", .float32([40, 40]))
        builder.output("product", try MatrixMultiplication(transposingRight: true).applied(to: matrix, matrix))
        let images = try builder.state("x", .float32([2, 6, 10, 10]))
        let filters = try builder.state("w", .float32([16, 6, 5, 5]))
        builder.output("y", try ReLU().applied(to: Convolution(Window(kernel: 5)).applied(to: images, filters)))
        let (cpu, reference) = (Device(try CPUBackend(threads: 4)), Device(ReferenceBackend()))
        let (program, expectation) = (
            try await cpu.compile(builder.graph), try await reference.compile(builder.graph)
        )
        #expect(program.steps.isEmpty, "everything is prepared")
        for version in 0..<2 {
            let weights = Self.weights(version, of: builder.graph)
            try await program.states.write(weights)
            try await expectation.states.write(weights)
            let (results, expected) = (try await cpu.run(program, [:]), try await reference.run(expectation, [:]))
            for name in ["product", "y"] { try expectClose(results[name], expected[name], "\(name) \(version)") }
        }
    }

    @Test("keeps no memory for what only other preparations read")
    func memory() throws {
        let builder = GraphBuilder()
        let state = try builder.state("s", .float32([64, 64]))
        builder.output("y", try ReduceSum(axes: [0, 1]).applied(to: Tanh().applied(to: Tanh().applied(to: state))))
        let memory = try StateMemory.planned(.float32([64, 64]))
        let lowered = try LoweredGraph(
            builder.graph, state: ["s": memory], selecting: KernelSelection(), on: try Engine(threads: 2))
        #expect(lowered.program.steps.isEmpty)
        #expect(lowered.program.preparedStates.count == 1)
        let plan = MemoryPlan(
            buffers: lowered.program.buffers, preparations: lowered.program.preparations, steps: [], inputs: [],
            outputs: lowered.outputs.map(\.buffer), updates: [], guardBuffer: nil, keepsPreparations: true,
            alignment: 64)
        #expect(plan.keptByteCount == 64, "the sum alone")
        #expect(plan.arenaByteCount >= 64 * 64 * 4)
    }

    @Test("lies in the arena where another program updates the states, and is made anew when somebody worked there")
    func shortLived() async throws {
        let inference = try InferenceGraph(Network(), input: Self.input).graph
        let training = try TrainingGraph(
            Network(), loss: CrossEntropyLoss(), optimizer: SGD(learningRate: 0.1), input: Self.input
        ).graph
        let (cpu, reference) = (
            Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed))), Device(ReferenceBackend())
        )
        let (states, expectedStates) = (DeviceStates(on: cpu), DeviceStates(on: reference))
        let weights = Self.weights(0, of: inference)
        try await states.write(weights)
        try await expectedStates.write(weights)
        let step = try await cpu.compile(training, states: states)
        let free = try #require(
            try await cpu.predictedByteCount(of: cpu.optimized(inference), states: states))
        let apart = try #require(
            try await cpu.predictedByteCount(of: cpu.optimized(inference), states: DeviceStates(on: cpu)))
        let stateBytes = inference.states.reduce(0) { $0 + $1.type.byteCount }
        // Preparations of states that nobody updates take memory of their own: at least the relaid filters of 4608 numbers.
        #expect(free < apart - stateBytes - 4 * 4608)
        let program = try await cpu.compile(inference, states: states)
        let expectation = try await reference.compile(inference, states: expectedStates)
        let other = try await cpu.compile(InferenceGraph(Network(), input: [64, 3, 6, 6]).graph)
        let inputs: [String: Tensor] = [GraphName.images: Self.images]
        let manyImages = Self.tensor(.float32([64, 3, 6, 6]), "many")
        var expected = try await reference.run(expectation, inputs)[GraphName.logits]
        // Twice in a row, and after a larger program.
        for isAlone in [true, true, false, false] {
            if !isAlone { _ = try await cpu.run(other, [GraphName.images: manyImages]) }
            try expectClose(try await cpu.run(program, inputs)[GraphName.logits], expected, "alone: \(isAlone)")
        }
        let expectedStep = try await reference.compile(training, states: expectedStates)
        let batch = [
            GraphName.images: Self.images, GraphName.labels: Self.labels,
            GraphName.learningRate: Tensor(scalar: 0.1), GraphName.step: Tensor(scalar: 1),
        ]
        for _ in 0..<2 {
            let given = batch.filter { name, _ in training.inputs.contains { $0.name == name } }
            _ = try await cpu.run(step, given)
            _ = try await reference.run(expectedStep, given)
            let before = expected
            expected = try await reference.run(expectation, inputs)[GraphName.logits]
            #expect(before != expected)
            try expectClose(try await cpu.run(program, inputs)[GraphName.logits], expected, "after a step")
        }
    }
}
