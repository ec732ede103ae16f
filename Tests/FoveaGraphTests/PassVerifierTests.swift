import FoveaTestSupport
import Testing

@testable import FoveaGraph

/// Breaks a graph in one of several ways.
private struct BreakOnPurpose: Pass {
    let change: @Sendable (inout Graph) -> Void

    func run(on graph: Graph, for capabilities: Capabilities) -> Graph {
        var graph = graph
        change(&graph)
        return graph
    }
}

@Suite("The verifier between passes")
struct PassVerifierTests {
    /// x: f32[2], a state w, y = ReLU(x) for the layer `act`, its sum as guard; y is an output and w's update.
    private func graph() throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2]))
        _ = try builder.state("w", .float32([2]))
        builder.location = Location(path: "act", layer: "ReLU")
        let y = try ReLU().applied(to: x)
        builder.location = .none
        builder.output("y", y)
        builder.update("w", to: y)
        builder.updateOnlyIfFinite(try ReduceSum(axes: [0]).applied(to: y))
        return builder.graph
    }

    private func problem(_ change: @escaping @Sendable (inout Graph) -> Void) throws -> String? {
        let passes: [any Pass] = [RemoveDeadNodes(), BreakOnPurpose(change: change), FoldConstants()]
        let graph = try graph()
        let error = #expect(throws: FoveaError.self) {
            try graph.optimized(by: passes, for: .everything, verifying: true)
        }
        #expect(error?.code == .internalDefect)
        #expect(
            error?.remedy == "This is a defect of the pass; --without-pass break-on-purpose leaves it out.")
        return error?.problem
    }

    @Test("names the pass that broke the graph, and says how")
    func unsound() throws {
        #expect(
            try problem { graph in
                let node = graph.nodes[2]
                graph.nodes[2] = Node(
                    operation: node.operation, operands: [ValueID(node: 3)], results: node.results,
                    location: node.location)
            } == "The pass `break-on-purpose` breaks the graph: "
                + "The graph is not sound at %2 (act): it reads %3, which is not computed before it.")
        #expect(
            try problem { graph in
                let node = graph.nodes[2]
                graph.nodes[2] = Node(
                    operation: node.operation, operands: node.operands, results: [.float32([3])],
                    location: node.location)
            } == "The pass `break-on-purpose` breaks the graph: The graph is not sound at %2 (act): "
                + "its results have the types [f32[3]], the operation gives [f32[2]].")
    }

    @Test("names the pass that changed what users of the graph rely on")
    func interface() throws {
        let beginning = "The pass `break-on-purpose` breaks the graph: its "
        #expect(try problem { $0.outputs = [] } == beginning + "outputs were y: f32[2] and are now none.")
        #expect(
            try problem { $0.outputs = [Graph.Output(name: "y", value: ValueID(node: 3))] }
                == beginning + "outputs were y: f32[2] and are now y: f32[].")
        #expect(try problem { $0.updates = [] } == beginning + "updates were w and are now none.")
        #expect(try problem { $0.guardValue = nil } == beginning + "guards were f32[] and are now none.")
        #expect(
            try problem { graph in
                let renamed = Placeholder(name: "z", role: .input, type: .float32([2]))
                graph.nodes[0] = Node(
                    operation: renamed, operands: [], results: [.float32([2])], location: .none)
            } == beginning + "inputs were x: f32[2] and are now z: f32[2].")
        #expect(
            try problem { graph in
                let renamed = Placeholder(name: "v", role: .state, type: .float32([2]))
                graph.nodes[1] = Node(
                    operation: renamed, operands: [], results: [.float32([2])], location: .none)
                graph.updates = [Graph.Update(state: "v", value: ValueID(node: 2))]
            } == beginning + "states were w: f32[2] and are now v: f32[2].")
    }

    @Test("runs where it is asked to, and finds nothing in a sound pass")
    func asked() throws {
        let broken: [any Pass] = [BreakOnPurpose { $0.outputs = [] }]
        #expect(try graph().optimized(by: broken, for: .everything).outputs.isEmpty)
        let sound = try graph().optimized(by: Graph.simplifications, for: .everything, verifying: true)
        #expect(try sound.description == graph().description)
    }

    @Test("passes have the names of their types, in small letters with hyphens")
    func names() {
        #expect(
            Graph.simplifications.map(\.name) == [
                "remove-dead-nodes", "fold-batch-normalization", "fold-constants", "remove-dead-nodes",
            ])
        #expect(FuseConvolutionEpilogue().name == "fuse-convolution-epilogue")
        #expect(DecomposeOperations().name == "decompose-operations")
    }
}
