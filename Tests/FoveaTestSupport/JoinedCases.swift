public import FoveaGraph
public import FoveaRuntime

/// Cases of one operation in one graph, alone and with their gradients: a backend that compiles for a long time compiles
/// once for all of them.
public struct JoinedCases: Sendable, CustomStringConvertible {
    public let cases: [OperationCase]
    public let graph: Graph
    /// The graph of each part, whose inputs and outputs have its number before their names.
    private let parts: [(testCase: OperationCase, graph: Graph)]

    /// - Parameter floatingPoint: the type of operands with floating-point elements.
    public init(_ cases: [OperationCase], of floatingPoint: DataType = .float32) throws {
        self.cases = cases
        parts = try cases.flatMap { testCase in
            try (testCase.differentiable.isEmpty ? [false] : [false, true]).map {
                (testCase, try testCase.graph(floatingPoint, withGradients: $0))
            }
        }
        let builder = GraphBuilder()
        for (number, part) in parts.enumerated() { try builder.add(part.graph, named: "\(number)/") }
        graph = builder.graph
    }

    /// All cases of the table, so many in each.
    public static func all(
        of floatingPoint: DataType = .float32, _ isIncluded: (OperationCase) -> Bool
    ) throws -> [JoinedCases] {
        var groups: [String: [OperationCase]] = [:]
        for testCase in try OperationCase.all() where isIncluded(testCase) {
            groups[testCase.operationName, default: []].append(testCase)
        }
        return try groups.sorted { $0.key < $1.key }.flatMap { _, cases in
            try stride(from: 0, to: cases.count, by: 24).map {
                try JoinedCases(Array(cases[$0..<min($0 + 24, cases.count)]), of: floatingPoint)
            }
        }
    }

    public var description: String { "\(cases.count) of \(cases.first?.operationName ?? "nothing")" }

    /// For each output the size of its difference from the reference's, relative to that one's size; and the operations that
    /// fell back to the reference.
    public func relativeErrors(_ device: Device) async throws -> (errors: [(String, Double)], fallbacks: [String]) {
        let reference = Device(ReferenceBackend())
        let program = try await device.compile(graph)
        let expectation = try await reference.compile(graph)
        var errors: [(String, Double)] = []
        var inputs: [String: Tensor] = [:]
        for (number, part) in parts.enumerated() {
            for (name, tensor) in part.testCase.inputs(of: part.graph, seed: 1) { inputs["\(number)/\(name)"] = tensor }
        }
        let actual = try await device.run(program, inputs)
        let expected = try await reference.run(expectation, inputs)
        for (number, part) in parts.enumerated() {
            for output in part.graph.outputs where output.name != "loss" {
                let name = "\(number)/\(output.name)"
                guard let given = actual[name]?.doubles, let wanted = expected[name]?.doubles else { continue }
                let difference = zip(given, wanted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                let size = wanted.reduce(0) { $0 + $1 * $1 }
                errors.append(("\(part.testCase): \(output.name)", (difference / max(size, 1e-30)).squareRoot()))
            }
        }
        return (errors, program.fallbacks)
    }

    /// What differs from the reference, and the operations that fell back to it.
    public func check(_ device: Device) async throws -> (failures: [String], fallbacks: [String]) {
        let reference = Device(ReferenceBackend())
        let program = try await device.compile(graph)
        let expectation = try await reference.compile(graph)
        var failures: [String] = []
        for seed: UInt64 in [1, 2] {
            var inputs: [String: Tensor] = [:]
            for (number, part) in parts.enumerated() {
                for (name, tensor) in part.testCase.inputs(of: part.graph, seed: seed) {
                    inputs["\(number)/\(name)"] = tensor
                }
            }
            let actual = try await device.run(program, inputs)
            let expected = try await reference.run(expectation, inputs)
            for (number, part) in parts.enumerated() {
                for output in part.graph.outputs where output.name != "loss" {
                    let name = "\(number)/\(output.name)"
                    guard let given = actual[name], let wanted = expected[name] else {
                        failures.append("\(part.testCase): \(output.name) is missing")
                        continue
                    }
                    let comparison = TensorComparison(
                        given, wanted, tolerance: part.testCase.tolerance, scale: part.testCase.scale)
                    if let failure = comparison.failure {
                        failures.append("\(part.testCase): \(output.name), draw \(seed): \(failure)")
                    }
                }
            }
        }
        return (failures, program.fallbacks)
    }
}

extension GraphBuilder {
    /// Adds another graph, whose inputs and outputs get a prefix before their names.
    fileprivate func add(_ graph: Graph, named prefix: String) throws {
        var moved: [ValueID: Value] = [:]
        for (index, node) in graph.nodes.enumerated() {
            let results: [Value] =
                switch node.operation {
                case let placeholder as Placeholder: [try input(prefix + placeholder.name, placeholder.type)]
                case let constant as Constant: [try self.constant(constant.tensor)]
                default: try add(node.operation, node.operands.compactMap { moved[$0] })
                }
            for (result, value) in results.enumerated() { moved[ValueID(node: index, result: result)] = value }
        }
        for result in graph.outputs {
            if let value = moved[result.value] { output(prefix + result.name, value) }
        }
    }
}
