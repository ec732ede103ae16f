import FoveaGraph
public import FoveaRuntime

/// The agreement of a backend with the reference on one case of the table.
public struct Parity: Sendable {
    public let testCase: OperationCase
    /// The outputs that differ from the reference; empty if all agree.
    public let failures: [String]
    /// The largest error of an element, relative to the case's scale.
    public let largestError: Double
    /// The operations that ran, and those of them that fell back to the reference backend.
    public let operations: Set<String>
    public let fallbacks: Set<String>

    /// True when the operation of the case itself was run by the reference backend.
    public var fellBack: Bool { fallbacks.contains(testCase.operationName) }
}

/// Runs cases on a backend and on the reference, in float32: the operation alone, as in inference, and with its
/// gradients, as in training, each with two draws of the operands.
public func checkParity(of backend: any Backend, on cases: [OperationCase]) async throws -> [Parity] {
    let device = Device(backend)
    let reference = Device(ReferenceBackend())
    var parities: [Parity] = []
    for testCase in cases {
        var failures: [String] = []
        var largestError = 0.0
        var (operations, fallbacks) = (Set<String>(), Set<String>())
        for withGradients in testCase.differentiable.isEmpty ? [false] : [false, true] {
            let graph = try testCase.graph(.float32, withGradients: withGradients)
            let program = try await device.compile(graph)
            let expectation = try await reference.compile(graph)
            operations.formUnion(program.graph.nodes.map(\.operation.operationName))
            fallbacks.formUnion(program.fallbacks)
            for seed: UInt64 in [1, 2] {
                let inputs = testCase.inputs(of: graph, seed: seed)
                let actual = try await device.run(program, inputs)
                let expected = try await reference.run(expectation, inputs)
                // The loss sums numbers of both signs, so that its error has no bound relative to itself; the results and
                // the gradients, which it is made of, are compared one by one.
                for (name, tensor) in expected.sorted(by: { $0.key < $1.key }) where name != "loss" {
                    guard let given = actual[name] else {
                        failures.append("\(name) is missing")
                        continue
                    }
                    let comparison = TensorComparison(
                        given, tensor, tolerance: testCase.tolerance, scale: testCase.scale)
                    largestError = max(largestError, comparison.largestError)
                    if let failure = comparison.failure { failures.append("\(name), draw \(seed): \(failure)") }
                }
            }
        }
        parities.append(
            Parity(
                testCase: testCase, failures: failures, largestError: largestError, operations: operations,
                fallbacks: fallbacks))
    }
    return parities
}
