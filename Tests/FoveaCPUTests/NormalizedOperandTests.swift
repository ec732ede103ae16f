import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Kernels that normalize what they read")
struct NormalizedOperandTests {
    typealias Geometry = DepthwiseConvolutionTests.Geometry

    /// Who else reads the normalized images.
    enum OtherReader: String, CaseIterable, Sendable { case none, caller, node }

    private static let rectifiers: [(any Rectifier)?] = [nil, ReLU(), ReLU6()]

    private static func tensor(_ shape: Shape, _ purpose: String) -> Tensor {
        OperandDraw(shape, .normal(deviation: 2)).tensor(seed: 6, purpose: purpose)
    }

    /// A normalization in training and the depthwise convolution of its result; and the gradient of that one's filters, from
    /// the result made again.
    private static func graph(
        _ geometry: Geometry, rectifier: (any Rectifier)?, otherReader: OtherReader
    ) throws -> (graph: Graph, inputs: [String: Tensor]) {
        let builder = GraphBuilder()
        let channels = geometry.images[1]
        let images = try builder.input("images", .float32(geometry.images))
        let filters = try builder.input("filters", .float32(geometry.filters))
        let scale = try builder.input("scale", .float32([channels]))
        let bias = try builder.input("bias", .float32([channels]))
        // Blocks of channels, as after another convolution.
        let blocked = try Convolution(
            Window(axes: [.init(kernel: 1), .init(kernel: 1)])
        ).applied(to: images, builder.constant(tensor([channels, channels, 1, 1], "pointwise")))
        let normalization = FusedBatchNormalization(epsilon: 1e-5, rectifier: rectifier)
        let normalized = try builder.add(normalization, [blocked, scale, bias])
        let results = try Convolution(geometry.window, groups: channels).applied(to: normalized[0], filters)
        builder.output("results", results)
        builder.output("mean", normalized[1])
        builder.output("variance", normalized[2])
        let again = try builder.add(
            FusedBatchNormalizationInference(epsilon: 1e-5, activation: rectifier.map { FusedActivation($0) }),
            [blocked, scale, bias, normalized[1], normalized[2]])[0]
        let gradient = try ConvolutionFilterGradient(geometry.window, groups: channels, withBias: true)
        let gradients = try builder.add(gradient, [again, results])
        builder.output("gradient", gradients[0])
        builder.output("bias gradient", gradients[1])
        switch otherReader {
        case .none: break
        case .caller:
            builder.output("normalized", normalized[0])
            builder.output("again", again)
        case .node:
            builder.output("rectified", try ReLU().applied(to: normalized[0]))
            builder.output("again rectified", try ReLU().applied(to: again))
        }
        return (
            builder.graph,
            [
                "images": tensor(geometry.images, "images"), "filters": tensor(geometry.filters, "filters"),
                "scale": tensor([channels], "scale"), "bias": tensor([channels], "bias"),
            ]
        )
    }

    @Test(
        "give what the reference gives, and the bits of two steps", arguments: DepthwiseConvolutionTests.geometries,
        [0, 1, 2])
    func results(geometry: Geometry, rectifier: Int) async throws {
        func graph(_ otherReader: OtherReader) throws -> (graph: Graph, inputs: [String: Tensor]) {
            try Self.graph(geometry, rectifier: Self.rectifiers[rectifier], otherReader: otherReader)
        }
        let (joined, given) = try graph(.none)
        let reference = Device(ReferenceBackend())
        let expected = try await reference.run(reference.compile(joined), given)
        for threads in [1, 2, 3] {
            let cpu = Device(try CPUBackend(threads: threads, kernels: KernelSelection(picking: Self.picksOurs)))
            let program = try await cpu.compile(joined, passes: [])
            let normalizing = program.steps.filter { $0.implementation.contains("of normalized") }
            #expect(normalizing.count == (Processor.lanes < 8 ? 0 : 2), "\(program.explain())")
            let results = try await cpu.run(program, given)
            for (name, wanted) in expected {
                let comparison = TensorComparison(try #require(results[name]), wanted, tolerance: 2e-5, scale: .tensor)
                #expect(comparison.failure == nil, "\(threads) threads, \(name)")
            }
            for other in OtherReader.allCases where other != .none {
                let separate = try await cpu.compile(graph(other).graph, passes: [])
                #expect(!separate.steps.contains { $0.implementation.contains("of normalized") }, "\(other)")
                // oneDNN asks for other layouts where it has no kernel for depthwise convolutions of this size.
                let own = separate.steps.count { $0.implementation.hasPrefix("fovea:depthwise nC") }
                let isUsual = geometry.kernel == [3, 3] && geometry.images[2] > 2
                #expect(own == 2 || !isUsual || Processor.lanes < 8, "\(separate.explain())")
                guard own == 2 else { continue }
                let bits = try await cpu.run(separate, given)
                for name in expected.keys.sorted() {
                    #expect(try #require(bits[name]).floats == #require(results[name]).floats, "\(other), \(name)")
                }
            }
        }
    }

    private static func picksOurs(_ names: [String]) -> Int { names.firstIndex(of: "fovea:depthwise") ?? 0 }

    @Test("read their operand before another step writes over it")
    func overwritten() async throws {
        let geometry = DepthwiseConvolutionTests.geometries[0]
        let builder = GraphBuilder()
        let channels = geometry.images[1]
        func draw(_ shape: Shape, _ name: String) throws -> Value { try builder.constant(Self.tensor(shape, name)) }
        let images = try builder.input("images", .float32(geometry.images))
        let pointwise = try Convolution(Window(axes: [.init(kernel: 1), .init(kernel: 1)]))
        let filters = try draw([channels, channels, 1, 1], "pointwise")
        let first = try pointwise.applied(to: images, filters)
        let normalized = try builder.add(
            FusedBatchNormalization(epsilon: 1e-5, rectifier: ReLU()),
            [first, draw([channels], "scale"), draw([channels], "bias")])
        // The sum is written over `first`, which the normalization has read by then.
        let sum = try builder.add(
            FusedConvolution(pointwise, hasBias: false, addsResidual: true, activation: nil), [images, filters, first])[
                0]
        builder.output("sum", sum)
        builder.output(
            "results",
            try Convolution(geometry.window, groups: channels).applied(
                to: normalized[0], draw(geometry.filters, "filters")))
        let given = ["images": Self.tensor(geometry.images, "images")]
        let (reference, cpu) = (Device(ReferenceBackend()), Device(try CPUBackend(threads: 2)))
        let results = try await cpu.run(cpu.compile(builder.graph, passes: []), given)
        for (name, wanted) in try await reference.run(reference.compile(builder.graph, passes: []), given) {
            let comparison = TensorComparison(try #require(results[name]), wanted, tolerance: 2e-5, scale: .tensor)
            #expect(comparison.failure == nil, "\(name)")
        }
    }

    @Test("are read by our own gradient of filters too", arguments: PanelFilterGradientTests.geometries, [0, 1, 2])
    func panels(geometry: PanelFilterGradientTests.Geometry, rectifier: Int) async throws {
        let rectifier = Self.rectifiers[rectifier]
        func graph(isRead: Bool) throws -> Graph {
            let builder = GraphBuilder()
            let channels = geometry.images[1]
            let images = try builder.input("images", .float32(geometry.images))
            let filters = try builder.input("filters", .float32(geometry.weights))
            let upstream = try Convolution(geometry.window).applied(to: images, filters)
            let numbers = try ["scale", "bias", "mean"].map { try builder.constant(Self.tensor([channels], $0)) }
            let variance = try builder.constant(Tensor(repeating: 1.5, .float32([channels])))
            // Blocks of channels, as after another convolution.
            let blocked = try Convolution(Window(axes: [.init(kernel: 1), .init(kernel: 1)])).applied(
                to: images, builder.constant(Self.tensor([channels, channels, 1, 1], "pointwise")))
            let normalized = try builder.add(
                FusedBatchNormalizationInference(
                    epsilon: 1e-5, activation: rectifier.map { FusedActivation($0) }), [blocked] + numbers + [variance])[
                    0]
            if isRead { builder.output("normalized", normalized) }
            let gradients = try builder.add(
                ConvolutionFilterGradient(geometry.window, withBias: true), [normalized, upstream])
            builder.output("gradient", gradients[0])
            builder.output("bias gradient", gradients[1])
            return builder.graph
        }
        let given = [
            "images": Self.tensor(geometry.images, "images"),
            "filters": Self.tensor(geometry.weights, "filters"),
        ]
        let reference = Device(ReferenceBackend())
        let expected = try await reference.run(reference.compile(graph(isRead: false)), given)
        let ours = KernelSelection(picking: { $0.firstIndex(of: "fovea:panels") ?? 0 })
        for threads in [1, 2, 3] {
            let cpu = Device(try CPUBackend(threads: threads, kernels: ours))
            let program = try await cpu.compile(graph(isRead: false), passes: [])
            let normalizing = program.steps.count { $0.implementation.hasPrefix("fovea:panels of normalized") }
            #expect(normalizing == (geometry.isOurs ? 1 : 0), "\(program.explain())")
            let results = try await cpu.run(program, given)
            let separate = try await cpu.run(cpu.compile(graph(isRead: true), passes: []), given)
            for (name, wanted) in expected {
                for results in [results, separate] {
                    let comparison = TensorComparison(
                        try #require(results[name]), wanted, tolerance: 2e-5, scale: .tensor)
                    #expect(comparison.failure == nil, "\(threads) threads, \(name)")
                }
            }
        }
    }
}
