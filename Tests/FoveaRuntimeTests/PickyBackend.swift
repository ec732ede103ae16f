import Foundation
import FoveaGraph
import FoveaRuntime

/// The reference backend under another name, without some operations: what every backend is that is not complete.
struct PickyBackend: Backend {
    let refused: Set<String>
    private let reference = ReferenceBackend()

    init(refusing refused: Set<String>) { self.refused = refused }

    let name = "picky"
    let profile = BackendProfile(summary: "for tests")

    func supports(_ operation: any FoveaGraph.Operation, operands: [TensorType], results: [TensorType]) -> Bool {
        !refused.contains(operation.operationName)
    }

    func makeBuffers(_ types: [TensorType]) -> [any DeviceBuffer] { reference.makeBuffers(types) }

    func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
        try graph.verify()
        for node in graph.nodes where refused.contains(node.operation.operationName) {
            throw FoveaError(.internalDefect, "The backend was given \(node.operation.operationName).")
        }
        return PickyExecutable(base: try reference.compile(graph, state: state))
    }
}

private struct PickyExecutable: Executable {
    let base: any Executable

    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue] {
        guard Thread.current.name == "fovea.picky" else {
            throw FoveaError(.internalDefect, "A program ran on the thread \(Thread.current.name ?? "without a name").")
        }
        return try base.run(inputs, stopwatch: stopwatch)
    }

    var steps: [ExecutableStep] {
        base.steps.map {
            ExecutableStep(path: $0.path, operation: $0.operation, device: "picky", implementation: $0.implementation)
        }
    }
}
