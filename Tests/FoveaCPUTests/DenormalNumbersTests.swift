import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Denormal numbers")
struct DenormalNumbersTests {
    /// Images, filters and groups: kernels of oneDNN and loops of our own, in one program.
    private static let convolutions: [(images: Shape, filters: Shape, groups: Int)] = [
        ([1, 64, 20, 20], [64, 64, 3, 3], 1), ([1, 32, 20, 20], [64, 32, 1, 1], 1),
        ([16, 1, 12, 12], [6, 1, 5, 5], 1),
        ([1, 3, 31, 31], [16, 3, 3, 3], 1), ([1, 32, 20, 20], [32, 1, 3, 3], 32),
    ]

    private static func tensor(_ type: TensorType, times factor: Float, _ purpose: String) throws -> Tensor {
        let drawn = OperandDraw(type.shape, .normal()).tensor(seed: 9, purpose: purpose).floats
        return try Tensor(type.shape, drawn.map { $0 * factor })
    }

    /// Products of `x…` and `w…`, and the gradient of their sum with respect to `x…`: all zero where one factor is denormal.
    private static func graph() throws -> Graph {
        let builder = GraphBuilder()
        var products: [(operand: Value, product: Value)] = []
        for (index, (images, filters, groups)) in convolutions.enumerated() {
            let x = try builder.input("x\(index)", .float32(images))
            let w = try builder.state("w\(index)", .float32(filters))
            products.append(
                (x, try Convolution(Window(kernel: .init(filters[2], filters[3])), groups: groups).applied(to: x, w)))
        }
        let x = try builder.input("x", .float32([64, 500]))
        products.append((x, try MatrixMultiplication().applied(to: x, builder.state("w", .float32([500, 300])))))
        let y = try builder.input("xs", .float32([70_000]))
        products.append((y, try y * builder.state("ws", .float32([70_000]))))
        for (index, (operand, product)) in products.enumerated() {
            builder.output("product\(index)", product)
            let sum = try ReduceSum(axes: Array(0..<product.shape.rank)).applied(to: ReLU().applied(to: product + 1))
            builder.output("gradient\(index)", try builder.gradients(of: sum, with: [operand])[0])
        }
        return builder.graph
    }

    @Test("count as zero on every device, however many threads it has", arguments: [0, 1, 2, 3])
    func countAsZero(threads: Int) async throws {
        let graph = try Self.graph()
        let device = Device(threads == 0 ? ReferenceBackend() : try CPUBackend(threads: threads) as any Backend)
        let states = DeviceStates(on: device)
        let program = try await device.compile(graph, states: states)
        for state in graph.states {
            try await states.write([
                (state.name, try Self.tensor(state.type, times: Float.leastNormalMagnitude / 16, state.name))
            ])
        }
        let inputs = try graph.inputs.map { ($0.name, try Self.tensor($0.type, times: 1, $0.name)) }
        for _ in 0..<2 {
            let results = try await device.run(program, Dictionary(uniqueKeysWithValues: inputs))
            #expect(results.count == 2 * (Self.convolutions.count + 2))
            for (name, result) in results { #expect(result.floats.allSatisfy { $0 == 0 }, "\(name)") }
        }
    }

    @Test("are flushed where a product of ordinary numbers is one", arguments: [0, 1, 3])
    func areFlushed(threads: Int) async throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([100_000]))
        builder.output("y", try x * x)
        let device = Device(threads == 0 ? ReferenceBackend() : try CPUBackend(threads: threads) as any Backend)
        let program = try await device.compile(builder.graph)
        let results = try await device.run(program, ["x": Tensor(repeating: 1e-20, .float32([100_000]))])
        #expect(try #require(results["y"]).floats.allSatisfy { $0 == 0 })
    }

    @Test("stay what they are on threads that are not a device's")
    func elsewhere() async throws {
        let device = Device(try CPUBackend(threads: 2))
        let graph = try Self.graph()
        for _ in 0..<4 {
            _ = try await device.compile(graph)
            let products = await withTaskGroup(of: Float.self) { group in
                for factor in 1...64 { group.addTask { Float(factor) * Float.leastNonzeroMagnitude } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(!products.contains(0))
        }
    }
}
