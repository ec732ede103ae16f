import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

/// The layouts that convolutions leave behind; `OperationCase` has plain images.
@Suite("Max pooling of blocks of channels")
struct MaxPoolingTests {
    struct Geometry: CustomTestStringConvertible, Sendable {
        let size: [Int]
        let kernel: Int
        let stride: Int
        let before: Int
        let after: Int
        var testDescription: String { "\(size), \(kernel)×\(kernel), stride \(stride), padding \(before) \(after)" }

        var window: Window {
            get throws {
                let axis = Window.Axis(kernel: kernel, stride: stride, before: before, after: after)
                return try Window(axes: [axis, axis])
            }
        }
    }

    /// The usual windows, inside images and over each edge, overlapping or not, and one of another size.
    static let geometries = [
        Geometry(size: [12, 14], kernel: 2, stride: 2, before: 0, after: 0),
        Geometry(size: [13, 9], kernel: 2, stride: 2, before: 1, after: 1),
        Geometry(size: [13, 17], kernel: 3, stride: 2, before: 1, after: 1),
        Geometry(size: [13, 17], kernel: 3, stride: 2, before: 0, after: 1),
        Geometry(size: [7, 6], kernel: 3, stride: 1, before: 2, after: 0),
        Geometry(size: [3, 3], kernel: 3, stride: 3, before: 0, after: 0),
        Geometry(size: [2, 2], kernel: 3, stride: 2, before: 1, after: 1),
        Geometry(size: [11, 12], kernel: 4, stride: 3, before: 1, after: 2),
    ]

    /// Images that a convolution has put into blocks, pooled, and the gradient of that.
    private static func graph(_ geometry: Geometry, channels: Int) throws -> Graph {
        let builder = GraphBuilder()
        let shape = try Shape(validating: [3, channels] + geometry.size)
        let images = try builder.input("images", .float32(shape))
        let filters = try builder.input("filters", .float32([channels, channels, 1, 1]))
        let blocks = try Convolution(Window(kernel: 1)).applied(to: images, filters)
        let pooled = try MaxPooling(geometry.window).applied(to: blocks)
        builder.output("pooled", pooled)
        let weighted = try pooled * builder.input("weights", pooled.type)
        let loss = try ReduceSum(axes: [0, 1, 2, 3]).applied(to: weighted)
        builder.output("gradient", try builder.gradients(of: loss, with: [images])[0])
        return builder.graph
    }

    @Test("gives what the reference gives, NaN included", arguments: geometries, [32, 48])
    func results(geometry: Geometry, channels: Int) async throws {
        let graph = try Self.graph(geometry, channels: channels)
        // The identity: so the blocks hold exactly the images, with equal numbers side by side.
        let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
        var given: [String: Tensor] = ["filters": try Tensor([channels, channels, 1, 1], identity)]
        for input in graph.inputs where input.name != "filters" {
            let draw = OperandDraw(input.type.shape, input.name == "images" ? .fewValues : .normal(deviation: 1))
            given[input.name] = draw.tensor(seed: 9, purpose: input.name)
        }
        let reference = Device(ReferenceBackend())
        let expectation = try await reference.compile(graph)
        for threads in [1, 3] {
            let cpu = Device(try CPUBackend(threads: threads, kernels: KernelSelection(.fixed)))
            let program = try await cpu.compile(graph, passes: [])
            for isFinite in [true, false] {
                var inputs = given
                if !isFinite {
                    let images = try #require(given["images"])
                    var pixels = images.floats
                    for place in stride(from: 5, to: pixels.count, by: 37) { pixels[place] = .nan }
                    inputs["images"] = try Tensor(images.shape, pixels)
                }
                let results = try await cpu.run(program, inputs)
                let expected = try await reference.run(expectation, inputs)
                let names = isFinite ? ["pooled", "gradient"] : ["pooled"]
                for name in names {
                    let comparison = TensorComparison(
                        try #require(results[name]), try #require(expected[name]), tolerance: 1e-6)
                    #expect(comparison.failure == nil, "\(threads) threads, \(name), finite: \(isFinite)")
                }
            }
        }
    }
}
