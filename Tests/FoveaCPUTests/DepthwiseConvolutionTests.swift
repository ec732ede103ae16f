import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Our own depthwise convolution")
struct DepthwiseConvolutionTests {
    struct Geometry: CustomTestStringConvertible, Sendable {
        let images: Shape
        let kernel: [Int]
        let stride: Int
        let padding: Window.Padding
        var testDescription: String { "\(images), \(kernel), stride \(stride), \(padding)" }

        var window: Window {
            get throws {
                try Window(axes: [
                    .init(kernel: kernel[0], stride: stride, before: padding.top, after: padding.bottom),
                    .init(kernel: kernel[1], stride: stride, before: padding.left, after: padding.right),
                ])
            }
        }
        var filters: Shape { Shape([images[1], 1] + kernel) }
    }

    /// Rows of every length that tiles of columns leave over, windows larger than the image, padding of any width.
    static let geometries = [
        Geometry(images: [1, 32, 14, 14], kernel: [3, 3], stride: 1, padding: .init(1)),
        Geometry(images: [3, 16, 9, 13], kernel: [3, 3], stride: 2, padding: .init(1)),
        Geometry(images: [2, 48, 7, 5], kernel: [5, 5], stride: 1, padding: .init(2)),
        Geometry(
            images: [2, 16, 20, 21], kernel: [5, 5], stride: 2, padding: .init(top: 0, left: 2, bottom: 1, right: 0)),
        Geometry(
            images: [2, 16, 11, 12], kernel: [2, 7], stride: 1, padding: .init(top: 1, left: 3, bottom: 0, right: 2)),
        Geometry(images: [4, 16, 33, 40], kernel: [3, 3], stride: 2, padding: .init(0)),
        Geometry(
            images: [2, 16, 8, 9], kernel: [4, 1], stride: 2, padding: .init(top: 2, left: 0, bottom: 1, right: 0)),
        Geometry(images: [2, 16, 5, 6], kernel: [7, 7], stride: 2, padding: .init(3)),
        Geometry(images: [1, 16, 2, 2], kernel: [3, 3], stride: 1, padding: .init(2)),
        Geometry(images: [1, 16, 3, 3], kernel: [3, 3], stride: 1, padding: .init(0)),
        Geometry(images: [5, 64, 29, 31], kernel: [3, 3], stride: 1, padding: .init(1)),
    ]

    private static func tensor(_ shape: Shape, _ purpose: String) -> Tensor {
        OperandDraw(shape, .normal(deviation: 2)).tensor(seed: 5, purpose: purpose)
    }

    private static let selection: KernelSelection = KernelSelection(picking: {
        $0.firstIndex(of: "fovea:depthwise") ?? 0
    })

    /// Forward with constant filters, bias and a rectifier; forward with an input's filters; the gradient of the input.
    private static func graph(_ geometry: Geometry, clamping: Bool) throws -> Graph {
        let builder = GraphBuilder()
        let images = try builder.input("images", .float32(geometry.images))
        let filters = try builder.input("filters", .float32(geometry.filters))
        let convolution = try Convolution(geometry.window, groups: geometry.images[1])
        let changing = try convolution.applied(to: images, filters)
        builder.output("changing", changing)
        let fixed = try convolution.applied(
            to: images, builder.constant(tensor(geometry.filters, "filters")),
            builder.constant(tensor([geometry.images[1]], "bias")))
        builder.output("fixed", clamping ? try ReLU6().applied(to: fixed) : try ReLU().applied(to: fixed))
        let gradient = try ConvolutionInputGradient(
            geometry.window, groups: geometry.images[1], inputShape: geometry.images)
        builder.output("gradient", try builder.add(gradient, [changing, filters])[0])
        return try builder.graph.optimized(by: CPUBackend(threads: 1).pipeline, for: .everything)
    }

    @Test("gives what the reference gives", arguments: geometries, [false, true])
    func results(geometry: Geometry, clamping: Bool) async throws {
        let graph = try Self.graph(geometry, clamping: clamping)
        let given = [
            "images": Self.tensor(geometry.images, "images"), "filters": Self.tensor(geometry.filters, "changing"),
        ]
        let reference = Device(ReferenceBackend())
        let expected = try await reference.run(reference.compile(graph), given)
        for threads in [1, 2, 3] {
            let cpu = Device(try CPUBackend(threads: threads, kernels: Self.selection))
            let program = try await cpu.compile(graph, passes: [])
            let own = program.steps.filter { $0.implementation.hasPrefix("fovea:depthwise nC") }
            #expect(own.count == (Processor.lanes < 8 ? 0 : 3), "\(program.explain())")
            let results = try await cpu.run(program, given)
            for (name, wanted) in expected {
                let comparison = TensorComparison(try #require(results[name]), wanted, tolerance: 1e-5)
                #expect(comparison.failure == nil, "\(threads) threads, \(name)")
            }
        }
    }

    @Test("NaN and infinities come out as the definition says, clamped or not")
    func notFinite() async throws {
        let geometry = Self.geometries[0]
        let graph = try Self.graph(geometry, clamping: true)
        var pixels = Self.tensor(geometry.images, "images").floats
        pixels[5 * 14 + 5] = .nan
        pixels[14 * 14 + 3] = .infinity
        let given = [
            "images": try Tensor(geometry.images, pixels), "filters": Self.tensor(geometry.filters, "changing"),
        ]
        let reference = Device(ReferenceBackend())
        let cpu = Device(try CPUBackend(threads: 2, kernels: Self.selection))
        let results = try await cpu.run(cpu.compile(graph, passes: []), given)
        for (name, wanted) in try await reference.run(reference.compile(graph), given) {
            let comparison = TensorComparison(try #require(results[name]), wanted, tolerance: 1e-5)
            #expect(comparison.failure == nil, "\(name)")
        }
        #expect(try #require(results["fixed"]).floats[5 * 14 + 5].isNaN)
    }
}
