/// A change of a graph that keeps its results.
///
/// Passes are one file each, named verb + object. The backend decides which of them run, and in which order; a pass
/// that makes nodes of other operations or types first asks whether the backend runs them.
public protocol Pass: Sendable {
    /// - Parameter capabilities: the abilities of the backend.
    func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph
}

extension Pass {
    /// The name on the command line: that of the type, `FoldConstants`, as `fold-constants`.
    public var name: String {
        String(describing: Self.self).reduce(into: "") { name, letter in
            if letter.isUppercase, !name.isEmpty { name += "-" }
            name += letter.lowercased()
        }
    }
}

/// A pass that asks nothing: its nodes run wherever the old ones ran.
public protocol Simplification: Pass {
    func run(on graph: Graph) throws -> Graph
}

extension Simplification {
    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph { try run(on: graph) }
}

extension Graph {
    /// The passes that help on every device, in order, each with its reason.
    public static var simplifications: [any Pass] {
        [
            RemoveDeadNodes(),  // unread gradients and statistics cost time and memory
            FoldBatchNormalization(),  // with fixed statistics it is a linear function of the result, as convolution is
            FoldConstants(),  // values that no run can change need to be computed only once
            RemoveDeadNodes(),  // the constants that others were computed from
        ]
    }

    /// The graph after some passes, in order.
    ///
    /// - Parameter verifying: whether the graph is checked after each pass.
    /// - Throws: ``FoveaError`` with code `internalDefect` that names the pass that broke the graph, when it is checked.
    public func optimized(
        by passes: [any Pass], for capabilities: Capabilities, verifying: Bool = false
    ) throws -> Graph {
        try passes.reduce(self) { graph, pass in
            let changed = try pass.run(on: graph, for: capabilities)
            if verifying { try graph.verify(changed, madeBy: pass) }
            return changed
        }
    }
}
