import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("The product of a single row")
struct SingleRowMultiplicationTests {
    /// The activation behind it; a sigmoid is none that the loops know, and runs behind them or in oneDNN's kernel.
    enum Activation: CaseIterable { case none, relu, relu6, sigmoid }

    private static func graph(depth: Int, columns: Int, hasBias: Bool, _ activation: Activation) throws -> Graph {
        let builder = GraphBuilder()
        let row = try builder.input("row", .float32([1, depth]))
        let weights = try builder.input("weights", .float32([columns, depth]))
        let bias = try builder.input("bias", .float32([columns]))
        let product = MatrixMultiplication(transposingRight: true)
        let result = try hasBias ? product.applied(to: row, weights, bias) : product.applied(to: row, weights)
        switch activation {
        case .none: builder.output("result", result)
        case .relu: builder.output("result", try ReLU().applied(to: result))
        case .relu6: builder.output("result", try ReLU6().applied(to: result))
        case .sigmoid: builder.output("result", try Sigmoid().applied(to: result))
        }
        if !hasBias { builder.output("unused", try bias * 2) }
        return try builder.graph.optimized(by: CPUBackend(threads: 1).pipeline, for: .everything)
    }

    private static func inputs(depth: Int, columns: Int) -> [String: Tensor] {
        [
            "row": OperandDraw([1, depth], .normal(deviation: 1)).tensor(seed: 1, purpose: "row"),
            "weights": OperandDraw([columns, depth], .normal(deviation: 1)).tensor(seed: 1, purpose: "weights"),
            "bias": OperandDraw([columns], .normal(deviation: 1)).tensor(seed: 1, purpose: "bias"),
        ]
    }

    /// Depths around whole vectors and columns around whole tiles; some large enough for every thread.
    @Test(
        "is what the reference gives", arguments: [1, 16, 31, 32, 33, 1000], [1, 3, 4, 5, 9, 700])
    func results(depth: Int, columns: Int) async throws {
        let given = Self.inputs(depth: depth, columns: columns)
        let reference = Device(ReferenceBackend())
        for (position, activation) in Activation.allCases.enumerated() {
            let graph = try Self.graph(depth: depth, columns: columns, hasBias: position != 1, activation)
            let expected = try await reference.run(reference.compile(graph), given)
            for threads in [1, 3] {
                let cpu = Device(try CPUBackend(threads: threads))
                let program = try await cpu.compile(graph, passes: [])
                #expect(
                    program.steps.contains { $0.implementation.hasPrefix("fovea:single row") }
                        == (activation != .sigmoid), "\(program.explain())")
                let result = try #require(try await cpu.run(program, given)["result"])
                let comparison = TensorComparison(result, try #require(expected["result"]), tolerance: 1e-5)
                #expect(comparison.failure == nil, "\(activation), \(threads) threads")
            }
        }
    }

    @Test("NaN and infinities pass")
    func notFinite() async throws {
        var given = Self.inputs(depth: 40, columns: 6)
        var row = try #require(given["row"]).floats
        row[35] = .nan
        given["row"] = try Tensor([1, 40], row)
        let cpu = Device(try CPUBackend(threads: 2))
        for activation in [Activation.relu, .relu6] {
            let graph = try Self.graph(depth: 40, columns: 6, hasBias: true, activation)
            let result = try await cpu.run(cpu.compile(graph, passes: []), given)["result"]
            #expect(try #require(result).floats.allSatisfy(\.isNaN))
        }
        row[35] = .infinity
        given["row"] = try Tensor([1, 40], row)
        let graph = try Self.graph(depth: 40, columns: 6, hasBias: true, .none)
        let result = try await cpu.run(cpu.compile(graph, passes: []), given)["result"]
        #expect(try #require(result).floats.allSatisfy(\.isInfinite))
    }
}
