import CFoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("A pointwise convolution and the depthwise one behind it")
struct PointwiseDepthwiseConvolutionTests {
    private static func tensor(_ shape: Shape, _ purpose: String) -> Tensor {
        OperandDraw(shape, .normal(deviation: 0.5)).tensor(seed: 3, purpose: purpose)
    }

    /// - Parameter isSeen: whether what lies between the two is a result too.
    private static func graph(
        size: Int, stride: Int, activation: (any UnaryOperation)?, hasBias: Bool, isSeen: Bool
    ) throws -> Graph {
        let builder = GraphBuilder()
        func convolved(
            _ value: Value, _ filters: Shape, _ window: Window, groups: Int, _ name: String
        ) throws -> Value {
            let weights = try builder.constant(tensor(filters, name))
            let convolution = Convolution(window, groups: groups)
            let result =
                hasBias
                ? try convolution.applied(to: value, weights, builder.constant(tensor([filters[0]], name + " bias")))
                : try convolution.applied(to: value, weights)
            return try activation.map { try $0.applied(to: result) } ?? result
        }
        // Wider than the caches of two cores, so that one kernel pays.
        let images = try builder.input("images", .float32([4, 16, size, size]))
        let wide = try convolved(images, [96, 16, 1, 1], Window(kernel: 1), groups: 1, "pointwise")
        let window = try Window(kernel: 3, stride: Window.Extent(stride), padding: .init(1))
        builder.output("result", try convolved(wide, [96, 1, 3, 3], window, groups: 96, "depthwise"))
        if isSeen { builder.output("between", wide) }
        return try builder.graph.optimized(by: CPUBackend(threads: 1).pipeline, for: .everything)
    }

    private struct Variant: CustomTestStringConvertible {
        let activation: (any UnaryOperation)?
        let hasBias: Bool
        let isSeen: Bool
        var testDescription: String { "\(activation.map { "\($0)" } ?? "nothing"), \(hasBias), \(isSeen)" }
    }

    @Test(
        "give what the reference gives, as one step where oneDNN has such a kernel, else as two", arguments: [1, 2],
        [64, 61])
    func results(stride: Int, size: Int) async throws {
        let images = Self.tensor([4, 16, size, size], "images")
        var layouts: [String] = []
        for variant in [
            Variant(activation: ReLU6(), hasBias: true, isSeen: true),
            Variant(activation: ReLU6(), hasBias: true, isSeen: false),
            Variant(activation: nil, hasBias: false, isSeen: false),
            Variant(activation: SiLU(), hasBias: true, isSeen: false),
        ] {
            let graph = try Self.graph(
                size: size, stride: stride, activation: variant.activation, hasBias: variant.hasBias,
                isSeen: variant.isSeen)
            let kernels = KernelSelection(.fixed)
            let (cpu, reference) = (
                Device(try CPUBackend(threads: 2, kernels: kernels)), Device(ReferenceBackend())
            )
            let program = try await cpu.compile(graph)
            let given = try await cpu.run(program, ["images": images])
            let expected = try await reference.run(reference.compile(graph), ["images": images])
            for (name, tensor) in expected {
                let comparison = TensorComparison(try #require(given[name]), tensor, tolerance: 1e-5)
                #expect(comparison.failure == nil, "\(name) of \(variant.testDescription)")
            }
            let isOne = program.steps.contains { $0.implementation.contains(", with ") }
            #expect(!(isOne && variant.isSeen), "a tensor that is a result has to be written")
            if variant.isSeen {
                let step = try #require(program.steps.first { $0.operation == "FusedConvolution" })
                layouts = step.implementation.split(separator: " ").dropFirst().filter { $0 != "→" }.map(String.init)
            } else {
                // The first variant's two steps say in which layouts the one kernel is wanted.
                let isThere = try Self.hasKernel(size: size, stride: stride, variant, layouts)
                #expect(isOne == isThere, "\(variant.testDescription): \(program.explain())")
            }
        }
    }

    /// Whether oneDNN has the one kernel on this processor, for images and results in these layouts.
    private static func hasKernel(size: Int, stride: Int, _ variant: Variant, _ layouts: [String]) throws -> Bool {
        let tags = ["nchw": dnnl_abcd, "nhwc": dnnl_acdb, "nChw16c": dnnl_aBcd16b, "nChw8c": dnnl_aBcd8b]
        func layout(_ dimensions: [Int], _ name: String?) throws -> Layout {
            let tag = try #require(name.flatMap { tags[$0] })
            return try Layout(dimensions, tag: tag)
        }
        let epilogue = (variant.activation as? any CPUElementwise)?.epilogue
        if variant.activation != nil, epilogue == nil { return false }
        let bias = variant.hasBias ? try Layout(plain: [96]) : .absent
        var problem = fovea_convolution(
            kind: dnnl_forward_inference, images: try layout([4, 16, size, size], layouts.first).descriptor,
            filters: try Layout.any([96, 16, 1, 1]).descriptor, bias: bias.descriptor,
            results: try layout([4, 96, size, size], layouts.last).descriptor, window: try Window(kernel: 1).oneDNN,
            adds_to_result: false, activation: epilogue?.algorithm ?? dnnl_alg_kind_undef,
            alpha: epilogue?.alpha ?? 0, beta: epilogue?.beta ?? 0)
        let engine = try Engine(threads: 2)
        fovea_set_thread_count(2)
        let made = try? unsafe PrimitiveDescriptor(for: "the test") { made in
            unsafe fovea_pointwise_depthwise_convolution(
                engine.context, &problem, Int64(stride), variant.hasBias,
                epilogue?.algorithm ?? dnnl_alg_kind_undef, epilogue?.alpha ?? 0, epilogue?.beta ?? 0, made)
        }
        return made.map { !$0.implementation.contains("ref") } ?? false
    }
}
