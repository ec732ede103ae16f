import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Our own Winograd convolution")
struct WinogradConvolutionTests {
    private static func tensor(_ shape: Shape, _ purpose: String) -> Tensor {
        OperandDraw(shape, .normal(deviation: 0.5)).tensor(seed: 7, purpose: purpose)
    }

    struct Geometry: CustomTestStringConvertible, Sendable {
        let images: Shape
        let filters: Int
        let padding: Window.Padding
        var testDescription: String { "\(images) by \(filters), \(padding)" }

        var results: Shape {
            Shape([
                images[0], filters, images[2] + padding.top + padding.bottom - 2,
                images[3] + padding.left + padding.right - 2,
            ])
        }
    }

    /// Few tiles, whose filters the threads share, and many; tiles that reach over each edge, and padding of any width.
    static let geometries = [
        Geometry(images: [1, 32, 14, 14], filters: 48, padding: .init(1)),
        Geometry(images: [3, 16, 9, 13], filters: 32, padding: .init(0)),
        Geometry(images: [2, 48, 7, 5], filters: 16, padding: .init(top: 0, left: 2, bottom: 1, right: 0)),
        Geometry(images: [1, 16, 4, 3], filters: 16, padding: .init(2)),
        Geometry(images: [1, 16, 3, 3], filters: 16, padding: .init(0)),
        Geometry(images: [8, 64, 29, 31], filters: 16, padding: .init(1)),
    ]

    private struct Variant: CustomTestStringConvertible {
        let hasBias: Bool
        let addsResidual: Bool
        let isRectified: Bool
        var testDescription: String { "\(hasBias), \(addsResidual), \(isRectified)" }
    }

    private static func graph(_ geometry: Geometry, _ variant: Variant) throws -> Graph {
        let builder = GraphBuilder()
        let images = try builder.input("images", .float32(geometry.images))
        let weights = try builder.constant(tensor([geometry.filters, geometry.images[1], 3, 3], "filters"))
        let convolution = Convolution(try Window(kernel: 3, padding: geometry.padding))
        var result =
            variant.hasBias
            ? try convolution.applied(to: images, weights, builder.constant(tensor([geometry.filters], "bias")))
            : try convolution.applied(to: images, weights)
        // Not an input as it is, which may not be overwritten.
        if variant.addsResidual { result = try result + builder.input("residual", .float32(geometry.results)) * 2 }
        if variant.isRectified { result = try ReLU().applied(to: result) }
        builder.output("result", result)
        return try builder.graph.optimized(by: CPUBackend(threads: 1).pipeline, for: .everything)
    }

    @Test("gives what the reference gives", arguments: geometries, ["winograd 2×2", "winograd 4×4"])
    func results(geometry: Geometry, kernel: String) async throws {
        let inputs = [
            "images": Self.tensor(geometry.images, "images"), "residual": Self.tensor(geometry.results, "residual"),
        ]
        let reference = Device(ReferenceBackend())
        for (threads, variant) in zip(
            [1, 2, 3],
            [
                Variant(hasBias: true, addsResidual: false, isRectified: true),
                Variant(hasBias: true, addsResidual: true, isRectified: true),
                Variant(hasBias: false, addsResidual: true, isRectified: false),
            ])
        {
            let graph = try Self.graph(geometry, variant)
            let given = inputs.filter { variant.addsResidual || $0.key == "images" }
            let selection = KernelSelection(picking: { $0.firstIndex(of: "fovea:\(kernel)") ?? 0 })
            let cpu = Device(try CPUBackend(threads: threads, kernels: selection))
            let program = try await cpu.compile(graph, passes: [])
            // Without wide vectors the loop is no candidate, and oneDNN's kernels give the same.
            let isOwn = program.steps.contains { $0.implementation.contains(kernel) }
            #expect(isOwn == (Processor.lanes >= 8), "\(program.explain())")
            // Twice: the filters are transformed before the first run only.
            _ = try await cpu.run(program, given)
            let result = try #require(try await cpu.run(program, given)["result"])
            let expected = try await reference.run(reference.compile(graph), given)
            let comparison = TensorComparison(result, try #require(expected["result"]), tolerance: 1e-5)
            #expect(comparison.failure == nil, "\(threads) threads, \(variant.testDescription)")
        }
    }

    @Test(
        "gives the gradient of its input, with filters that change from run to run", arguments: geometries,
        ["winograd 2×2", "winograd 4×4"])
    func inputGradient(geometry: Geometry, kernel: String) async throws {
        let builder = GraphBuilder()
        let upstream = try builder.input("upstream", .float32(geometry.results))
        let filters = try builder.input("filters", .float32([geometry.filters, geometry.images[1], 3, 3]))
        let window = try Window(kernel: 3, padding: geometry.padding)
        let images = try builder.input("images", .float32(geometry.images))
        builder.output("result", try Convolution(window).applied(to: images, filters))
        let gradient = ConvolutionInputGradient(window, inputShape: geometry.images)
        builder.output("gradient", try builder.add(gradient, [upstream, filters])[0])
        let graph = builder.graph
        let reference = Device(ReferenceBackend())
        let expectation = try await reference.compile(graph)
        for threads in [1, 2, 3] {
            let selection = KernelSelection(picking: { $0.firstIndex(of: "fovea:\(kernel)") ?? 0 })
            let cpu = Device(try CPUBackend(threads: threads, kernels: selection))
            let program = try await cpu.compile(graph, passes: [])
            let own = program.steps.filter {
                $0.implementation.contains(kernel) && !$0.implementation.contains("filters")
            }
            #expect(own.count == (Processor.lanes >= 8 ? 2 : 0), "\(program.explain())")
            for run in ["first", "second"] {
                let given = [
                    "upstream": Self.tensor(geometry.results, "upstream \(run)"),
                    "images": Self.tensor(geometry.images, "images \(run)"),
                    "filters": Self.tensor([geometry.filters, geometry.images[1], 3, 3], "filters \(run)"),
                ]
                let results = try await cpu.run(program, given)
                let expected = try await reference.run(expectation, given)
                for name in ["result", "gradient"] {
                    let comparison = TensorComparison(
                        try #require(results[name]), try #require(expected[name]), tolerance: 1e-5)
                    #expect(comparison.failure == nil, "\(threads) threads, \(name), \(run) run")
                }
            }
        }
    }

    @Test("NaN in an image reaches the results around it, rectified or not")
    func notANumber() async throws {
        let geometry = Self.geometries[0]
        var pixels = Self.tensor(geometry.images, "images").floats
        pixels[5 * 14 + 5] = .nan
        let images = try Tensor(geometry.images, pixels)
        for isRectified in [false, true] {
            let graph = try Self.graph(
                geometry, Variant(hasBias: true, addsResidual: false, isRectified: isRectified))
            let selection = KernelSelection(picking: { $0.firstIndex(of: "fovea:winograd 4×4") ?? 0 })
            let cpu = Device(try CPUBackend(threads: 2, kernels: selection))
            let result = try await cpu.run(cpu.compile(graph, passes: []), ["images": images])
            #expect(try #require(result["result"]).floats[5 * 14 + 5].isNaN)
        }
    }
}
