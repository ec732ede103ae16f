import FoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@Suite("Normalization on the CPU")
struct NormalizationTests {
    /// A training step's forward and backward pass through a convolution, which gives the images a blocked layout, and a
    /// normalization with rectifier and residual.
    private func graph(channels: Int, size: Int, rectifier: any Rectifier) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([3, 16, size, size]))
        let filters = try builder.input("filters", .float32([channels, 16, 1, 1]))
        let (scale, bias) = (
            try builder.input("scale", .float32([channels])), try builder.input("bias", .float32([channels]))
        )
        let convolution = try Convolution(Window(kernel: 1))
        let results = try BatchNormalization().results(
            on: [convolution.applied(to: x, filters), scale, bias])
        let residual = try Tanh().applied(to: convolution.applied(to: x, filters))
        let y = try builder.add(rectifier, [results[0] + residual])[0]
        let second = try convolution.applied(to: y, builder.input("filters2", .float32([16, channels, 1, 1])))
        let weighted = try (second + x) * builder.input("weights", x.type)
        let loss = try ReduceMean(axes: [0, 1, 2, 3]).applied(to: weighted) * 1000
        for (index, result) in ([y] + results[1...]).enumerated() { builder.output("result \(index)", result) }
        let gradients = try builder.gradients(of: loss, with: [x, filters, scale, bias])
        for (index, gradient) in gradients.enumerated() { builder.output("gradient \(index)", gradient) }
        return builder.graph
    }

    private func inputs(of graph: Graph) -> [String: Tensor] {
        var inputs: [String: Tensor] = [:]
        for input in graph.inputs {
            var stream = CounterBasedGenerator(seed: 7, purpose: input.name).stream
            let elements = (0..<input.type.shape.elementCount).map { _ in stream.normal() }
            inputs[input.name] = Tensor(elements: elements, input.type)
        }
        return inputs
    }

    @Test(
        "computes what the reference computes in blocked layouts, with channels that do not fill a block",
        arguments: [16, 17, 24, 32, 40], [5, 28])
    func blockedLayouts(channels: Int, size: Int) async throws {
        for rectifier: any Rectifier in [ReLU(), ReLU6()] {
            let graph = try graph(channels: channels, size: size, rectifier: rectifier)
            let cpu = Device(try CPUBackend(threads: 2))
            let program = try await cpu.compile(graph)
            let fused = program.steps.filter { $0.operation.hasPrefix("FusedBatchNormalization") }
            #expect(fused.count == 2)
            let actual = try await cpu.run(program, inputs(of: graph))
            let reference = Device(ReferenceBackend())
            let expected = try await reference.run(reference.compile(graph), inputs(of: graph))
            for (name, tensor) in expected {
                let comparison = TensorComparison(try #require(actual[name]), tensor, tolerance: 1e-4)
                #expect(comparison.failure == nil, "\(name): \(comparison.failure ?? "")")
            }
        }
    }

    @Test("gives the same bits on every number of threads")
    func threads() async throws {
        let graph = try graph(channels: 32, size: 40, rectifier: ReLU())
        var results: [[String: Tensor]] = []
        for threads in [1, 2, 3] {
            let device = Device(try CPUBackend(threads: threads))
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32([3, 16, 40, 40]))
            let perChannel = try builder.input("scale", .float32([16]))
            for (index, result) in try BatchNormalization().results(on: [x, perChannel, perChannel]).enumerated() {
                builder.output("\(index)", result)
            }
            let inputs = inputs(of: graph)
            let scale = Tensor([Float](repeating: 1.5, count: 16))
            results.append(
                try await device.run(
                    device.compile(builder.graph), ["x": try #require(inputs["x"]), "scale": scale]))
        }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
    }

    @Test("loses no digits where the mean is far from zero, and none to a first pixel that is far from the others")
    func cancellation() async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2, 1, 100, 100]))
        let one = try builder.constant(Tensor([1] as [Float]))
        let results = try BatchNormalization(epsilon: 0).results(on: [x, one, one])
        builder.output("mean", results[1])
        builder.output("variance", results[2])
        let device = Device(try CPUBackend(threads: 2))
        let program = try await device.compile(builder.graph)
        for first: Float in [1000, 0] {
            var elements = (0..<20000).map { Float(1000 + Double($0 % 2) / 64) }
            elements[0] = first
            let doubles = elements.map(Double.init)
            let mean = doubles.reduce(0, +) / 20000
            let variance = doubles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20000
            let given = try await device.run(program, ["x": try Tensor([2, 1, 100, 100], elements)])
            #expect(abs(Double(try #require(given["mean"]).floats[0]) - mean) < 1e-4)
            #expect(abs(Double(try #require(given["variance"]).floats[0]) / variance - 1) < 1e-4)
        }
    }

    @Test("computes tensors that are written past the cache")
    func large() async throws {
        // 1 channel of ±1 in a chequered pattern, so that channel c of 16 has the deviation c + 1.
        let size = 768
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([1, 1, size, size]))
        let filters = try builder.constant(Tensor([16, 1, 1, 1], (1...16).map { Float($0) }))
        let scale = try builder.constant(Tensor((1...16).map { Float($0) }))
        let bias = try builder.constant(Tensor([Float](repeating: 1, count: 16)))
        let images = try Convolution(Window(kernel: 1)).applied(to: x, filters)
        let y = try BatchNormalization(epsilon: 0).results(on: [images, scale, bias])[0]
        builder.output("y", try ReLU().applied(to: y))
        let device = Device(try CPUBackend(threads: 2))
        let elements = (0..<size * size).map { Float(($0 / size + $0) % 2 * 2 - 1) }
        let given = try await device.run(device.compile(builder.graph), ["x": Tensor([1, 1, size, size], elements)])
        let results = try #require(given["y"]).floats
        for channel in 0..<16 {
            let wrong = (0..<size * size).count { pixel in
                abs(results[channel * size * size + pixel] - max(0, elements[pixel] * Float(channel + 1) + 1)) > 1e-4
            }
            #expect(wrong == 0, "channel \(channel)")
        }
    }
}
