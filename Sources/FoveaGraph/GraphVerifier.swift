extension Graph {
    /// Checks the invariants of every graph: values are computed before they are read, types follow from the
    /// operations' rules, names are unique, and updates have the type of their state.
    ///
    /// - Throws: ``FoveaError`` with code `internalDefect` that names the node.
    public func verify() throws {
        func fail(_ index: Int, _ reason: String) -> FoveaError {
            FoveaError(
                .internalDefect, "The graph is not sound at %\(index) (\(nodes[index].location.path)): \(reason)")
        }
        for (index, node) in nodes.enumerated() {
            for operand in node.operands {
                guard operand.node >= 0, operand.node < index else {
                    throw fail(index, "it reads %\(operand.node), which is not computed before it.")
                }
                guard nodes[operand.node].results.indices.contains(operand.result) else {
                    throw fail(index, "it reads result \(operand.result) of %\(operand.node), which has fewer.")
                }
            }
            let expected: [TensorType]
            do {
                expected = try node.operation.resultTypes(of: node.operands.map(type(of:)))
            } catch let error as FoveaError {
                throw fail(index, error.fault)
            }
            guard expected == node.results else {
                throw fail(index, "its results have the types \(node.results), the operation gives \(expected).")
            }
        }
        for (kind, names) in [
            ("inputs", inputs.map(\.name)), ("states", states.map(\.name)), ("outputs", outputs.map(\.name)),
            ("updates", updates.map(\.state)),
        ] {
            guard Set(names).count == names.count else {
                throw FoveaError(.internalDefect, "The graph has two \(kind) of one name among \(names).")
            }
        }
        for root in roots {
            guard nodes.indices.contains(root.node), nodes[root.node].results.indices.contains(root.result) else {
                throw FoveaError(.internalDefect, "The graph hands back \(root), which it does not compute.")
            }
        }
        let held = Dictionary(uniqueKeysWithValues: states.map { ($0.name, $0.type) })
        for update in updates {
            guard held[update.state] == type(of: update.value) else {
                throw FoveaError(
                    .internalDefect, "The update of `\(update.state)` has the type \(type(of: update.value)).")
            }
        }
        if let guardValue, type(of: guardValue).shape.rank != 0 {
            throw FoveaError(
                .internalDefect, "The guard \(guardValue) has the type \(type(of: guardValue)), not a scalar.")
        }
    }
}
