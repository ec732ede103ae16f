import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU
@testable import FoveaNN

@Suite("The watch for invalid operations")
struct InvalidOperationWatchTests {
    private static func write(_ parameters: [ParameterDeclaration], to states: DeviceStates) async throws {
        try await states.write(parameters.map { ($0.path, $0.initialValue(seed: 1)) })
    }

    private static func images(_ shape: Shape) -> Tensor { OperandDraw(shape).tensor(seed: 2, purpose: "images") }

    @Test(
        "makes no run of an ordinary network again",
        arguments: ["lenet5", "smallcnn", "resnet18", "mobilenet_v2", "squeezenet1_1"], [1, 3])
    func ordinaryNetworks(name: String, threads: Int) async throws {
        let entry = try ModelZoo.entry(named: name)
        let (model, side) = (entry.make(10), entry.input[1] == 28 ? 28 : 65)
        func shape(_ batch: Int) -> Shape { Shape([batch, entry.input[0], side, side]) }
        let backend = try CPUBackend(threads: threads, kernels: KernelSelection(.fixed))
        let device = Device(backend)
        let states = DeviceStates(on: device)
        let inference = try InferenceGraph(model, input: shape(1))
        let program = try await device.compile(inference.graph, states: states)
        try await Self.write(inference.parameters, to: states)
        for _ in 0..<3 { _ = try await device.run(program, [GraphName.images: Self.images(shape(1))]) }
        #expect(backend.carefulRunCount == 0, "in use")

        let training = try TrainingGraph(
            model, loss: CrossEntropyLoss(), optimizer: Adam(), input: shape(4), hasDropout: false)
        let step = try await device.compile(training.graph, states: states)
        for number in 1...3 {
            _ = try await device.run(
                step,
                [
                    GraphName.images: Self.images(shape(4)), GraphName.labels: Tensor(integers: [0, 1, 2, 3]),
                    GraphName.learningRate: Tensor(scalar: 0.001), GraphName.step: Tensor(scalar: Float(number)),
                ])
        }
        #expect(backend.carefulRunCount == 0, "in training")
    }

    @Test("makes a run again where a weight is NaN, and none after it is a number again", arguments: [1, 2, 4])
    func damagedWeight(threads: Int) async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([1, 32, 12, 12]))
        let bias = try builder.state("bias", .float32([32]))
        let filters = try builder.constant(OperandDraw([32, 32, 1, 1]).tensor(seed: 1, purpose: "filters"))
        let rectified = try ReLU().applied(to: Convolution(Window(kernel: 1)).applied(to: x, filters, bias))
        builder.output("y", rectified)
        let backend = try CPUBackend(threads: threads, kernels: KernelSelection(.fixed))
        let device = Device(backend)
        let states = DeviceStates(on: device)
        let program = try await device.compile(builder.graph, states: states)
        let inputs = ["x": OperandDraw([1, 32, 12, 12]).tensor(seed: 1, purpose: "x")]
        for value in [Float.nan, 0, .nan] {
            try await states.write([("bias", Tensor(repeating: Double(value), .float32([32])))])
            let before = backend.carefulRunCount
            let result = try #require(try await device.run(program, inputs)["y"])
            #expect(result.floats.allSatisfy { $0.isNaN == value.isNaN })
            #expect(backend.carefulRunCount == before + (value.isNaN && Processor.noticesInvalidOperations ? 1 : 0))
        }
    }

    @Test("leaves a state that changes before the watched step as it is after one run")
    func stateChangesFirst() async throws {
        let builder = GraphBuilder()
        let count = try builder.state("count", .float32([1, 16, 6, 6]))
        let x = try builder.input("x", .float32([1, 16, 6, 6]))
        let next = try count + x
        builder.update("count", to: next)
        let filters = try builder.constant(OperandDraw([16, 16, 1, 1]).tensor(seed: 1, purpose: "filters"))
        builder.output("y", try ReLU().applied(to: Convolution(Window(kernel: 1)).applied(to: next, filters)))
        let device = Device(try CPUBackend(threads: 2))
        let states = DeviceStates(on: device)
        let program = try await device.compile(builder.graph, states: states)
        var ones = [Float](repeating: 1, count: 576)
        ones[0] = .nan
        for _ in 0..<3 {
            let result = try await device.run(program, ["x": Tensor([1, 16, 6, 6], ones)])
            #expect(try #require(result["y"]).floats.count(where: \.isNaN) == 16)
        }
        #expect(try await states.read(["count"])[0].floats.dropFirst().allSatisfy { $0 == 3 })
    }
}
