@testable import FoveaGraph
import Testing

@Suite("The verifier")
struct GraphVerifierTests {
    /// x: f32[2], y = ReLU(x), an output, a state and its update; then something is broken.
    private func broken(_ change: (inout Graph) -> Void) throws -> FoveaError? {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2]))
        let held = try builder.state("w", .float32([2]))
        let y = try ReLU().applied(to: x)
        builder.output("y", y)
        builder.update("w", to: held)
        var graph = builder.graph
        try graph.verify()
        change(&graph)
        return #expect(throws: FoveaError.self) { try graph.verify() }
    }

    private func node(_ graph: Graph, operands: [ValueID], results: [TensorType]) -> Node {
        Node(operation: ReLU(), operands: operands, results: results, location: Location(path: "act", layer: "ReLU"))
    }

    @Test("finds a value that is read before it is computed")
    func order() throws {
        for index in [2, 3, -1] {
            let error = try broken { graph in
                graph.nodes[2] = node(graph, operands: [ValueID(node: index)], results: [.float32([2])])
            }
            #expect(
                error?.problem
                    == "The graph is not sound at %2 (act): it reads %\(index), which is not computed before it.")
            #expect(error?.code == .internalDefect)
        }
    }

    @Test("finds a result that a node does not have")
    func result() throws {
        let error = try broken { graph in
            graph.nodes[2] = node(graph, operands: [ValueID(node: 0, result: 1)], results: [.float32([2])])
        }
        #expect(error?.problem.contains("result 1 of %0") == true)
    }

    @Test("finds types that do not follow from the operation's rule")
    func types() throws {
        let error = try broken { graph in
            graph.nodes[2] = node(graph, operands: [ValueID(node: 0)], results: [.float32([3])])
        }
        #expect(error?.problem.contains("f32[2]") == true)
    }

    @Test("finds operands that do not fit, as a defect of ours")
    func operands() throws {
        let error = try broken { graph in graph.nodes[2] = node(graph, operands: [], results: [.float32([2])]) }
        #expect(error?.code == .internalDefect)
        #expect(error?.problem == "The graph is not sound at %2 (act): ReLU takes 1 operands and was given 0.")
    }

    @Test("finds outputs and updates of values that are not there, and a guard that is no scalar")
    func roots() throws {
        #expect(try broken { $0.addOutput("z", ValueID(node: 9)) }?.problem.contains("%9") == true)
        #expect(try broken { $0.addOutput("z", ValueID(node: 2, result: 1)) }?.problem.contains("%2.1") == true)
        #expect(try broken { $0.setGuard(ValueID(node: 0)) }?.problem.contains("scalar") == true)
        #expect(try broken { $0.setGuard(ValueID(node: -1)) }?.problem.contains("%-1") == true)
    }

    @Test("finds names that are there twice, and updates that do not fit a state")
    func names() throws {
        #expect(try broken { $0.addOutput("y", ValueID(node: 0)) }?.problem.contains("two outputs") == true)
        #expect(try broken { $0.addUpdate("w", ValueID(node: 0)) }?.problem.contains("two updates") == true)
        #expect(try broken { $0.addUpdate("unknown", ValueID(node: 0)) }?.problem.contains("`unknown`") == true)
        let twice = try broken { graph in
            graph.nodes.append(
                Node(
                    operation: Placeholder(name: "x", role: .input, type: .float32([2])), operands: [],
                    results: [.float32([2])], location: .none))
        }
        #expect(twice?.problem.contains("two inputs") == true)
    }

    @Test("the builder refuses a second placeholder of one name, and allows an input and a state of one name")
    func builder() throws {
        let builder = GraphBuilder()
        _ = try builder.input("x", .float32([2]))
        _ = try builder.state("x", .float32([2]))
        let input = #expect(throws: FoveaError.self) { try builder.input("x", .float32([3])) }
        #expect(input?.problem == "The graph already has the input `x`.")
        let state = #expect(throws: FoveaError.self) { try builder.state("x", .float32([2])) }
        #expect(state?.problem == "The graph already has the state `x`.")
        try builder.graph.verify()
    }
}
