import FoveaFoundation
public import FoveaGraph

/// A graph after a device's passes: the input of ``Device/compile(_:states:)``.
public struct OptimizedGraph: Sendable {
    public let graph: Graph
    /// The device that it was optimized for.
    let device: Device
}

extension Device {
    /// Runs the passes on a graph, on the calling thread: the backend's ``Backend/pipeline``, unless others are given,
    /// and ``DecomposeOperations``.
    ///
    /// - Throws: ``FoveaError`` when the graph is invalid.
    public nonisolated func optimized(_ graph: Graph, by passes: [any Pass]? = nil) throws -> OptimizedGraph {
        try graph.verify()
        let all = passes.map { $0 + [DecomposeOperations()] } ?? backend.passes
        let passes = all.filter { !options.withoutPasses.contains($0.name) }
        let optimized = try withDenormalNumbers(asZero: true) {
            try graph.optimized(by: passes, for: backend.capabilities, verifying: options.verifiesPasses)
        }
        return OptimizedGraph(graph: optimized, device: self)
    }
}
