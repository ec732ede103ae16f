import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Numbers that are not finite, and zeros of both signs")
struct NonFiniteTests {
    static let specials: [Float] = [.nan, .infinity, -.infinity, -0.0]

    /// The tensor with a special number at every place that leaves a remainder when divided by a prime.
    private static func spoiled(_ tensor: Tensor, by special: Float, from first: Int) -> Tensor {
        guard tensor.dataType == .float32 else { return tensor }
        var elements = tensor.floats
        // The last too, where vectors end; one place in small tensors.
        for place in Set(stride(from: first, to: elements.count, by: 37) + [elements.count - 1]) where place >= 0 {
            elements[place] = special
        }
        return (try? Tensor(tensor.shape, elements)) ?? tensor
    }

    /// Compares a graph on the CPU, as it is and after all passes, with the reference.
    private static func failures(
        of graph: Graph, on backend: CPUBackend, _ inputs: [String: Tensor], scale: OperationCase.Scale
    ) async throws -> [String] {
        let (cpu, reference) = (Device(backend), Device(ReferenceBackend()))
        let expected = try await reference.run(reference.compile(graph, passes: []), inputs)
        var failures: [String] = []
        for passes in try [CPUBackend(threads: 1).pipeline, []] {
            let results = try await cpu.run(cpu.compile(graph, passes: passes), inputs)
            for (name, wanted) in expected.sorted(by: { $0.key < $1.key }) where name != "loss" {
                guard let given = results[name] else { continue }
                let comparison = TensorComparison(given, wanted, tolerance: 1e-3, scale: scale)
                if let failure = comparison.failure {
                    failures.append("\(name)\(passes.isEmpty ? " without passes" : ""): \(failure)")
                }
            }
        }
        return failures
    }

    @Test("come out of every operation and its gradient as the reference says", arguments: try OperationCase.all())
    func operations(testCase: OperationCase) async throws {
        // Convolutions and Adam let NaN spread to sums in which it is multiplied by 0; what follows them in the same kernel
        // has tests of its own.
        guard !testCase.operationName.contains("Convolution"), !(testCase.operation is AdamUpdate),
            testCase.operands.allSatisfy({ $0.shape.elementCount < 100_000 })
        else { return }
        let backend = try CPUBackend(threads: 2)
        for withGradients in testCase.differentiable.isEmpty ? [false] : [false, true] {
            let graph = try testCase.graph(.float32, withGradients: withGradients)
            let inputs = testCase.inputs(of: graph, seed: 3)
            for special in Self.specials {
                // The mean of an infinity is one by definition, and NaN where deviations are added up.
                let hasMeans = testCase.operationName.contains("BatchNormalization") && special.isInfinite
                for name in inputs.keys.sorted() where !(hasMeans && name == "operand0") {
                    var given = inputs
                    given[name] = given[name].map { Self.spoiled($0, by: special, from: 1) }
                    // What is finite is compared more closely elsewhere.
                    let failures = try await Self.failures(of: graph, on: backend, given, scale: testCase.scale)
                    #expect(failures.isEmpty, "\(testCase), \(special) in \(name): \(failures)")
                }
            }
        }
    }
}
