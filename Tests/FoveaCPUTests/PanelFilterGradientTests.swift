import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Our own gradient of filters")
struct PanelFilterGradientTests {
    struct Geometry: CustomTestStringConvertible, Sendable {
        let images: Shape
        let filters: Int
        let kernel: [Int]
        var strides = [1, 1]
        var padding = Window.Padding(0)
        var testDescription: String { "\(images), \(filters) of \(kernel), strides \(strides), \(padding)" }

        var window: Window {
            get throws {
                try Window(axes: [
                    .init(kernel: kernel[0], stride: strides[0], before: padding.top, after: padding.bottom),
                    .init(kernel: kernel[1], stride: strides[1], before: padding.left, after: padding.right),
                ])
            }
        }
        var weights: Shape { Shape([filters, images[1]] + kernel) }
        /// Blocks of 8 channels are taken in pairs.
        var isOurs: Bool {
            Processor.lanes == 16 || Processor.lanes == 8 && images[1].isMultiple(of: 16)
        }
    }

    /// One block of channels, and as many as groups of three leave over; filters that fill no tile and no block; images of
    /// which several make a panel, and ones that take several panels; windows of more places than a vector has.
    static let geometries = [
        Geometry(images: [2, 16, 7, 7], filters: 32, kernel: [1, 1]),
        Geometry(images: [9, 48, 7, 5], filters: 40, kernel: [1, 1]),
        Geometry(images: [1, 80, 40, 41], filters: 24, kernel: [1, 1]),
        Geometry(images: [3, 64, 13, 12], filters: 16, kernel: [1, 1], strides: [2, 2]),
        Geometry(images: [2, 24, 9, 9], filters: 40, kernel: [3, 3], padding: .init(1)),
        Geometry(images: [2, 32, 30, 28], filters: 17, kernel: [3, 3], padding: .init(1)),
        Geometry(images: [3, 48, 17, 16], filters: 16, kernel: [3, 3], strides: [2, 2], padding: .init(1)),
        Geometry(images: [2, 33, 20, 11], filters: 30, kernel: [3, 3]),
        Geometry(
            images: [2, 16, 12, 9], filters: 16, kernel: [2, 4], strides: [1, 2],
            padding: .init(top: 0, left: 3, bottom: 1, right: 0)),
        Geometry(
            images: [2, 32, 15, 6], filters: 48, kernel: [3, 1], padding: .init(top: 1, left: 0, bottom: 1, right: 0)),
        Geometry(images: [5, 16, 11, 11], filters: 24, kernel: [5, 5], strides: [3, 3], padding: .init(2)),
        Geometry(images: [1, 16, 3, 3], filters: 16, kernel: [3, 3], padding: .init(1)),
    ]

    private static let selection = KernelSelection(picking: { $0.firstIndex(of: "fovea:panels") ?? 0 })

    private static func graph(_ geometry: Geometry, withBias: Bool) throws -> (graph: Graph, inputs: [String: Tensor]) {
        let builder = GraphBuilder()
        // The results of a convolution, so that images and gradients come in the layouts that a network has them in.
        let images = try builder.input("images", .float32(geometry.images))
        let weights = try builder.input("weights", .float32(geometry.weights))
        let upstream = try Convolution(geometry.window).applied(to: images, weights)
        let gradient = try ConvolutionFilterGradient(geometry.window, withBias: withBias)
        let results = try builder.add(gradient, [images, upstream])
        builder.output("filters", results[0])
        if withBias { builder.output("bias", results[1]) }
        func tensor(_ shape: Shape, _ purpose: String) -> Tensor {
            OperandDraw(shape, .normal(deviation: 1)).tensor(seed: 8, purpose: purpose)
        }
        return (
            builder.graph,
            ["images": tensor(geometry.images, "images"), "weights": tensor(geometry.weights, "weights")]
        )
    }

    @Test("gives what the reference gives", arguments: geometries, [false, true])
    func results(geometry: Geometry, withBias: Bool) async throws {
        let (graph, given) = try Self.graph(geometry, withBias: withBias)
        let reference = Device(ReferenceBackend())
        let expected = try await reference.run(reference.compile(graph), given)
        for threads in [1, 2, 3, 4] {
            let cpu = Device(try CPUBackend(threads: threads, kernels: Self.selection))
            let program = try await cpu.compile(graph, passes: [])
            let own = program.steps.filter { $0.implementation.hasPrefix("fovea:panels") }
            #expect(own.count == (geometry.isOurs ? 1 : 0), "\(program.explain())")
            let results = try await cpu.run(program, given)
            for (name, wanted) in expected {
                let comparison = TensorComparison(try #require(results[name]), wanted, tolerance: 1e-5, scale: .tensor)
                #expect(comparison.failure == nil, "\(threads) threads, \(name)")
            }
            let again = try await cpu.run(program, given)
            #expect(try #require(again["filters"]).floats == #require(results["filters"]).floats)
        }
    }
}
