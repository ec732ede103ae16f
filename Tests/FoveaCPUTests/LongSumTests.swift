import Foundation
import FoveaCPU
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

/// One Float cannot hold a long sum: sixteen million times 0.1, added one by one, is off by 15 %.
@Suite("Long sums on the CPU", .serialized)
struct LongSumTests {
    /// What is promised of every sum and mean, relative to the sum of the terms' magnitudes, up to 10⁸ terms.
    private static let bound = 1e-6
    /// A number whose sums have to be rounded, nearly always in the same direction.
    private static let term: Float = 0.1

    private static func repeated(_ shape: Shape, of value: Float = term) throws -> Tensor {
        try Tensor(shape, [Float](repeating: value, count: shape.elementCount))
    }

    /// A network's outputs on the CPU, with nothing left to the reference.
    private func results(
        _ inputs: [String: Tensor], threads: Int = 2, _ build: (GraphBuilder, [String: Value]) throws -> Void
    ) async throws -> [String: Tensor] {
        let builder = GraphBuilder()
        var values: [String: Value] = [:]
        for (name, tensor) in inputs.sorted(by: { $0.key < $1.key }) {
            values[name] = try builder.input(name, tensor.type)
        }
        try build(builder, values)
        let device = Device(try CPUBackend(threads: threads, kernels: KernelSelection(.fixed)))
        let program = try await device.compile(builder.graph)
        #expect(program.fallbacks.isEmpty)
        return try await device.run(program, inputs)
    }

    private func expect(
        _ tensor: Tensor?, near expected: Double, _ what: String = "", within bound: Double = bound,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let error = try #require(tensor).floats.reduce(0.0) { max($0, abs(Double($1) / expected - 1)) }
        #expect(error <= bound, "\(what)", sourceLocation: sourceLocation)
    }

    @Test("a hundred million terms: average pooling, global or not, sums and means")
    func hundredMillion() async throws {
        let x = try Self.repeated([1, 1, 10_000, 10_000])
        let results = try await results(["x": x]) { builder, values in
            let x = try #require(values["x"])
            builder.output("pooled", try AveragePooling(Window(kernel: 10_000)).applied(to: x))
            builder.output("global", try GlobalAveragePooling().applied(to: x))
            builder.output("mean", try ReduceMean(axes: [2, 3]).applied(to: x))
            builder.output("sum", try ReduceSum(axes: [0, 1, 2, 3]).applied(to: x))
        }
        for name in ["pooled", "global", "mean"] { try expect(results[name], near: Double(Self.term), name) }
        try expect(results["sum"], near: Double(Self.term) * 1e8)
    }

    @Test("average pooling with large windows, in plain and blocked layouts", arguments: [1, 16, 17])
    func averagePooling(channels: Int) async throws {
        let windows = [
            try Window(kernel: 512), try Window(kernel: 256, stride: 128, padding: .init(100)),
            try Window(kernel: .init(5, 4), stride: 1), try Window(kernel: 64, stride: 3, dilation: 4),
        ]
        let results = try await results([
            "x": try Self.repeated([1, channels, 512, 512]), "w": identity(channels),
        ]) { builder, values in
            let (plain, filters) = (try #require(values["x"]), try #require(values["w"]))
            let blocked = try Convolution(Window(kernel: 1)).applied(to: plain, filters)
            for (layout, x) in [("plain", plain), ("blocked", blocked)] {
                for (number, window) in windows.enumerated() {
                    let pooling = AveragePooling(window, countIncludingPadding: false)
                    builder.output("\(layout) \(number)", try pooling.applied(to: x))
                }
                builder.output("\(layout) global", try GlobalAveragePooling().applied(to: x))
                builder.output("\(layout) mean", try ReduceMean(axes: [0, 2, 3]).applied(to: x))
            }
        }
        #expect(results.count == 12)
        for (name, tensor) in results { try expect(tensor, near: Double(Self.term), name) }
    }

    /// Filters of 1×1 that give back the images, in the layout of a convolution's results.
    private func identity(_ channels: Int) throws -> Tensor {
        try Tensor(
            [channels, channels, 1, 1],
            (0..<channels * channels).map { $0 / channels == $0 % channels ? 1 : 0 })
    }

    @Test("the gradient of average pooling, where many windows cover a pixel")
    func averagePoolingGradient() async throws {
        let (kernel, image) = (128, Shape([2, 1, 255, 255]))
        let upstream = try Self.repeated([2, 1, 128, 128])
        let results = try await results(["g": upstream]) { builder, values in
            let gradient = try AveragePoolingGradient(Window(kernel: .init(kernel)), inputShape: image)
            builder.output("y", try gradient.applied(to: try #require(values["g"])))
        }
        let gradients = try #require(results["y"]).floats
        // As many windows cover a pixel as it is away from the next edge.
        var error = 0.0
        for (position, gradient) in gradients.enumerated() {
            let (row, column) = (position / 255 % 255, position % 255)
            let count = (128 - abs(row - 127)) * (128 - abs(column - 127))
            error = max(error, abs(Double(gradient) * 16384 / (Double(Self.term) * Double(count)) - 1))
        }
        #expect(error <= Self.bound)
    }

    @Test(
        "adaptive pooling, whether the parts are of one size or not",
        arguments: [Window.Extent(1), Window.Extent(3, 5), Window.Extent(7), Window.Extent(70, 3)])
    func adaptivePooling(size: Window.Extent) async throws {
        let network = Sequential {
            AdaptiveAvgPool2D(size)
            Flatten()
        }
        let shape: Shape = [1, 2, 900, 1000]
        let device = Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
        let program = try await device.compile(InferenceGraph(network, input: shape).graph)
        let results = try await device.run(program, [GraphName.images: Self.repeated(shape)])
        try expect(results[GraphName.logits], near: Double(Self.term))
    }

    @Test(
        "gradients of a convolution's bias, over all pixels of all images",
        arguments: [(16, 16, 3, 1), (32, 32, 1, 1), (16, 16, 3, 16), (3, 17, 3, 1), (1, 6, 5, 1)])
    func biasGradient(channels: Int, filters: Int, kernel: Int, groups: Int) async throws {
        let (images, upstream) = (Shape([16, channels, 200, 200]), Shape([16, filters, 200, 200]))
        let inputs = ["x": try Self.repeated(images, of: 1), "g": try Self.repeated(upstream)]
        let window = try Window(kernel: .init(kernel), padding: .init(kernel / 2))
        let results = try await results(inputs) { builder, values in
            let operation = ConvolutionFilterGradient(window, groups: groups, withBias: true)
            let gradients = try operation.results(on: [try #require(values["x"]), try #require(values["g"])])
            builder.output("filters", gradients[0])
            builder.output("bias", gradients[1])
        }
        try expect(results["bias"], near: Double(Self.term) * 16 * 200 * 200)
        #expect(results["bias"]?.shape == [filters])
    }

    @Test("normalization's statistics and the gradients of its parameters", arguments: [1, 4, 16, 17], [true, false])
    func normalization(channels: Int, hasPixels: Bool) async throws {
        let size = hasPixels ? 64 : 1
        let shape: Shape = hasPixels ? [32, channels, size, size] : [1 << 17, channels]
        // Half of each channel's numbers are 0, half 0.7: mean 0.35, variance 0.35².
        let high: Float = 0.7
        let perChannel = Shape([channels])
        let area = size * size
        let isHigh = (0..<shape.elementCount).map { ($0 % area + $0 / area / channels) % 2 == 1 }
        let inputs = [
            "x": try Tensor(shape, isHigh.map { $0 ? high : 0 }),
            "g": try Tensor(shape, isHigh.map { $0 ? Self.term : 0 }), "one": try Self.repeated(perChannel, of: 1),
        ]
        let results = try await results(inputs) { builder, values in
            let (x, one) = (try #require(values["x"]), try #require(values["one"]))
            let normalized = try BatchNormalization(epsilon: 0).results(on: [x, one, one])
            builder.output("mean", normalized[1])
            builder.output("variance", normalized[2])
            let gradients = try BatchNormalizationGradient(epsilon: 0)
                .results(on: [x, one, normalized[1], normalized[2], try #require(values["g"])])
            builder.output("scale", gradients[1])
            builder.output("bias", gradients[2])
        }
        let mean = Double(high) / 2
        try expect(results["mean"], near: mean, "mean")
        try expect(results["variance"], near: mean * mean, "variance")
        let sum = Double(Self.term) * Double(shape.elementCount / channels / 2)
        try expect(results["bias"], near: sum, "bias")
        try expect(results["scale"], near: sum, "scale")
    }

    @Test("softmax, its logarithm and their gradients, over millions of classes", arguments: [1, 2])
    func softmax(inner: Int) async throws {
        let classes = 10_000_000 / inner
        let shape = Shape([1, classes, inner])
        let (share, logarithm) = (Float(1e-6), Float(-13.815510))
        let inputs = [
            "x": try Self.repeated(shape), "y": try Self.repeated(shape, of: share),
            "l": try Self.repeated(shape, of: logarithm),
        ]
        let results = try await results(inputs) { builder, values in
            let x = try #require(values["x"])
            builder.output("softmax", try Softmax(axis: 1).applied(to: x))
            builder.output("logarithm", try LogSoftmax(axis: 1).applied(to: x))
            builder.output("gradient", try SoftmaxGradient(axis: 1).applied(to: try #require(values["y"]), x))
            builder.output("logarithm's", try LogSoftmaxGradient(axis: 1).applied(to: try #require(values["l"]), x))
        }
        try expect(results["softmax"], near: 1 / Double(classes), "softmax")
        try expect(results["logarithm"], near: -log(Double(classes)), "logarithm")
        let mass = Double(share) * Double(classes)
        try expect(results["gradient"], near: Double(share) * Double(Self.term) * (1 - mass), "gradient")
        let one = Double(Self.term) * (1 - exp(Double(logarithm)) * Double(classes))
        try expect(results["logarithm's"], near: one, "the logarithm's gradient")
    }

    @Test("the mean loss of five million examples, and the gradient of a dense bias")
    func losses() async throws {
        let labels = Tensor(integers: [Int32](repeating: 1, count: 5_000_000))
        let inputs = ["x": try Self.repeated([5_000_000, 2]), "labels": labels]
        let results = try await results(inputs) { builder, values in
            let (x, labels) = (try #require(values["x"]), try #require(values["labels"]))
            let loss = try ReduceMean(axes: [0]).applied(to: SoftmaxCrossEntropy().applied(to: x, labels))
            builder.output("loss", loss)
            builder.output("bias", try ReduceSum(axes: [0]).applied(to: x))
        }
        try expect(results["loss"], near: log(2), "loss")
        try expect(results["bias"], near: Double(Self.term) * 5e6, "the gradient of a dense layer's bias")
    }

    @Test("gives the same bits in every run")
    func isDeterministic() async throws {
        let x = OperandDraw([2, 16, 96, 96]).tensor(seed: 4, purpose: "x")
        var runs: [[String: Tensor]] = []
        for _ in 0..<3 {
            runs.append(
                try await results(["x": x]) { builder, values in
                    let x = try #require(values["x"])
                    let window = try Window(kernel: 48, stride: 7)
                    builder.output("pooled", try AveragePooling(window).applied(to: x))
                    let pooled = try AveragePooling(window).resultTypes(of: [x.type])[0]
                    let upstream = try builder.constant(OperandDraw(pooled.shape).tensor(seed: 5, purpose: "g"))
                    builder.output(
                        "gradient", try AveragePoolingGradient(window, inputShape: x.shape).applied(to: upstream))
                    builder.output("global", try GlobalAveragePooling().applied(to: x))
                })
        }
        #expect(runs[0] == runs[1] && runs[0] == runs[2])
    }
}
