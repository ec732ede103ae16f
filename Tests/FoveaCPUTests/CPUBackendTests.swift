import FoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("The CPU backend")
struct CPUBackendTests {
    @Test("computes what the reference computes", arguments: try OperationCase.all().filter { !($0.operation is Cast) })
    func parity(testCase: OperationCase) async throws {
        for parity in try await checkParity(of: CPUBackend(threads: 2), on: [testCase]) {
            #expect(parity.failures.isEmpty, "\(testCase): \(parity.failures.joined(separator: "; "))")
            #expect(parity.fallbacks.isEmpty, "\(testCase) fell back to the reference backend")
        }
    }

    @Test(
        "lets NaN through every function, so that a diverging network is noticed",
        arguments: [
            ReLU(), LeakyReLU(), ELU(), GELU(), SiLU(), Sigmoid(), Tanh(), Softplus(), Mish(), HardSigmoid(),
            HardSwish(), ReLU6(), Absolute(), Exponential(), NaturalLogarithm(), SquareRoot(), Softmax(), LogSoftmax(),
            try MaxPooling(Window(kernel: 2)), GlobalAveragePooling(), ReduceSum(axes: [1]), ReduceMaximum(axes: [1]),
        ] as [any Operation])
    func notANumber(operation: any Operation) async throws {
        for shape: Shape in [[1, 16, 4, 4], [1, 3, 2, 2]] {
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32(shape))
            builder.output("y", try builder.add(operation, [x])[0])
            let device = Device(try CPUBackend(threads: 1))
            let program = try await device.compile(builder.graph)
            #expect(program.fallbacks.isEmpty)
            let tensor = try Tensor(shape, [Float](repeating: .nan, count: shape.elementCount))
            let results = try await device.run(program, ["x": tensor])
            let numbers = try #require(results["y"]).floats.filter { !$0.isNaN }
            #expect(numbers.isEmpty)
        }
    }

    @Test(
        "lets NaN through activations that are drawn into another kernel, while weights may change",
        arguments: [
            ReLU(), ReLU6(), LeakyReLU(), ELU(), GELU(), SiLU(), Sigmoid(), Tanh(), Softplus(), Mish(), HardSigmoid(),
            HardSwish(),
        ] as [any Activation])
    func notANumberAfterKernel(activation: any Activation) async throws {
        let builder = GraphBuilder()
        // Few channels, and as many as Winograd's kernels like.
        for channels in [16, 64] {
            let x = try builder.input("x\(channels)", .float32([2, channels, 28, 28]))
            let filters = try builder.input("w\(channels)", .float32([channels, channels, 3, 3]))
            let result = try Convolution(Window(kernel: 3, padding: .init(1))).applied(to: x, filters)
            builder.output("y\(channels)", try builder.add(activation, [result])[0])
        }
        let product = try MatrixMultiplication().applied(
            to: builder.input("a", .float32([4, 8])), builder.input("b", .float32([8, 16])))
        builder.output("product", try builder.add(activation, [product])[0])
        let device = Device(try CPUBackend(threads: 1))
        let program = try await device.compile(builder.graph)
        #expect(program.graph.nodes.count { $0.operation is FusedConvolution } == 2)
        let inputs = program.inputs.map { ($0.name, Tensor(repeating: .nan, $0.type)) }
        let results = try await device.run(program, Dictionary(uniqueKeysWithValues: inputs))
        #expect(results.count == 3)
        for (name, tensor) in results { #expect(tensor.floats.allSatisfy { $0.isNaN }, "\(name)") }
    }

    @Test("falls back for types that it has no kernels for, and says so")
    func doubles() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([2, 2], .float64))
        builder.output("y", try ReLU().applied(to: x))
        let device = Device(try CPUBackend(threads: 1))
        let program = try await device.compile(builder.graph)
        #expect(program.fallbacks == ["ReLU"])
        let result = try await device.run(program, ["x": Tensor([2, 2], elements: [-1, 0, 1, 2] as [Double])])
        #expect(result["y"]?.doubles == [0, 0, 1, 2])
    }

    @Test("runs on a batch without examples")
    func emptyBatch() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([0, 3]))
        builder.output("y", try ReLU().applied(to: x))
        builder.output("sum", try ReduceSum(axes: [0, 1]).applied(to: x + 1))
        let device = Device(try CPUBackend(threads: 1))
        let results = try await device.run(device.compile(builder.graph), ["x": Tensor([0, 3], [Float]())])
        #expect(results["y"]?.shape == [0, 3])
        #expect(results["sum"]?.floats == [0])
    }

    @Test("hands inputs, states and constants of every type through", arguments: DataType.allCases)
    func passesThrough(dataType: DataType) async throws {
        let builder = GraphBuilder()
        let type = TensorType([2, 3], dataType)
        let tensor = Tensor(elements: [1, 2, 3, 4, 5, 6], type)
        let zero = Tensor(repeating: 0, type)
        builder.output("input", try builder.input("x", type))
        builder.output("state", try builder.state("s", type))
        builder.output("constant", try builder.constant(tensor))
        let device = Device(try CPUBackend(threads: 1))
        let results = try await device.run(device.compile(builder.graph), ["x": tensor])
        #expect(results == ["input": tensor, "state": zero, "constant": tensor])
    }

    @Test("describes itself in one line")
    func summary() throws {
        let summary = try CPUBackend(threads: 2).summary
        #expect(summary.hasPrefix("oneDNN \(Processor.libraryVersion), "))
        #expect(summary.hasSuffix(", 2 threads"))
        let single = try CPUBackend(threads: 1).summary
        #expect(single.hasSuffix(", 1 thread"))
        let byDefault = try CPUBackend().threads
        #expect(byDefault == ProcessorAllowance.current.threads)
    }

    @Test("refuses a number of threads that no machine has", arguments: [0, -1, 1025, Int.max])
    func threads(count: Int) throws {
        let error = #expect(throws: FoveaError.self) { try CPUBackend(threads: count) }
        #expect(error?.problem == "The CPU cannot run on \(count) threads.")
    }
}
