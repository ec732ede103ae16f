import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

/// Every activation that may be drawn into another kernel, behind every kind of kernel that it may be drawn into.
@Suite("NaN, infinities and −0 before a fused activation")
struct FusedNonFiniteTests {
    static let activations: [any Activation] = [
        ReLU(), ReLU6(), LeakyReLU(), LeakyReLU(negativeSlope: 0), ELU(), GELU(), SiLU(), Sigmoid(), Tanh(), Softplus(),
        Mish(), HardSigmoid(), HardSwish(),
    ]

    /// What computes the numbers that the activation is applied to.
    enum Producer: CaseIterable {
        case pointwise, square, wide, rgb, sideBySide, odd, depthwise, pointwiseAndDepthwise, grouped, residual
        case dense, denseToOne

        /// Images, filters, groups, padding and stride.
        var convolution: (images: Shape, filters: Shape, groups: Int, stride: Int)? {
            switch self {
            case .pointwise: ([1, 32, 7, 7], [32, 32, 1, 1], 1, 1)
            case .square: ([2, 16, 9, 9], [32, 16, 3, 3], 1, 1)
            case .wide: ([1, 64, 12, 12], [64, 64, 3, 3], 1, 1)
            case .rgb: ([1, 3, 17, 17], [16, 3, 3, 3], 1, 2)
            case .sideBySide: ([16, 1, 9, 9], [6, 1, 5, 5], 1, 1)
            case .odd: ([1, 17, 5, 5], [19, 17, 3, 3], 1, 1)
            case .depthwise: ([1, 32, 9, 9], [32, 1, 3, 3], 32, 1)
            case .pointwiseAndDepthwise: ([2, 16, 64, 64], [96, 16, 1, 1], 1, 1)
            case .grouped: ([1, 32, 6, 6], [32, 16, 3, 3], 2, 1)
            case .residual: ([1, 32, 7, 7], [32, 32, 3, 3], 1, 1)
            case .dense, .denseToOne: nil
            }
        }
    }

    /// The activation behind the producer; in training weights are inputs, and there are gradients.
    private static func graph(
        _ producer: Producer, _ activation: any Activation, inTraining: Bool
    ) throws -> Graph {
        let builder = GraphBuilder()
        var operands: [Value] = []
        func input(_ name: String, _ shape: Shape) throws -> Value {
            operands.append(try builder.input(name, .float32(shape)))
            return operands[operands.count - 1]
        }
        func weights(_ name: String, _ shape: Shape) throws -> Value {
            inTraining ? try input(name, shape) : try builder.constant(tensor(name, shape))
        }
        var result: Value
        if let (images, filters, groups, stride) = producer.convolution {
            let window = try Window(
                kernel: .init(filters[2], filters[3]), stride: .init(stride), padding: .init(filters[2] / 2))
            result = try Convolution(window, groups: groups).applied(
                to: input("x", images), weights("filters", filters), weights("bias", [filters[0]]))
            if producer == .pointwiseAndDepthwise {
                result = try Convolution(Window(kernel: 3, padding: .init(1)), groups: 96).applied(
                    to: activation.applied(to: result), weights("depthwise", [96, 1, 3, 3]),
                    weights("second bias", [96]))
            }
            if producer == .residual { result = try result + input("residual", result.shape) * 2 }
        } else {
            let count = producer == .dense ? 37 : 1
            result = try MatrixMultiplication().applied(
                to: input("x", [5, 24]), weights("filters", [24, count]), weights("bias", [count]))
        }
        result = try activation.applied(to: result)
        builder.output("y", result)
        // Gradients behind a second convolution are sums over what the first activation let through.
        guard inTraining, producer != .pointwiseAndDepthwise else { return builder.graph }
        let sum = try ReduceSum(axes: Array(0..<result.shape.rank)).applied(to: result)
        for (index, gradient) in try builder.gradients(of: sum, with: operands).enumerated() {
            builder.output("gradient \(index)", gradient)
        }
        return builder.graph
    }

    private static func tensor(_ name: String, _ shape: Shape) -> Tensor {
        let drawn = OperandDraw(shape, .normal(deviation: 0.5)).tensor(seed: 5, purpose: name)
        // A channel of each kind, the first and the last among them, where there are so many.
        let specials: [Float] = [.nan, .infinity, -.infinity, -0.0]
        guard name.hasSuffix("bias") else { return drawn }
        let elements = drawn.floats.enumerated().map { $0 % 5 == 4 ? $1 : specials[($0 + 3) % 5 % 4] }
        return (try? Tensor(shape, elements)) ?? drawn
    }

    @Test("come out as they do of the two alone, and as the reference says", arguments: Producer.allCases, [2, 3])
    func fused(producer: Producer, threads: Int) async throws {
        let reference = Device(ReferenceBackend())
        for activation in Self.activations {
            for inTraining in [false, true] {
                let graph = try Self.graph(producer, activation, inTraining: inTraining)
                let inputs = Dictionary(
                    uniqueKeysWithValues: graph.inputs.map { ($0.name, Self.tensor($0.name, $0.type.shape)) })
                let expected = try await reference.run(reference.compile(graph, passes: []), inputs)
                // The kernel that sizes suggest, and the last one that there is.
                for selection in [KernelSelection(.fixed), KernelSelection(picking: { $0.count - 1 })] {
                    let cpu = Device(try CPUBackend(threads: threads, kernels: selection))
                    for passes in try [CPUBackend(threads: 1).pipeline, []] {
                        let results = try await cpu.run(cpu.compile(graph, passes: passes), inputs)
                        for (name, wanted) in expected {
                            // What is finite is compared more closely elsewhere.
                            let comparison = TensorComparison(
                                try #require(results[name]), wanted, tolerance: 1e-3)
                            #expect(
                                comparison.failure == nil,
                                "\(name) of \(activation)\(inTraining ? " in training" : ""), \(passes.count) passes")
                        }
                    }
                }
            }
        }
    }
}
