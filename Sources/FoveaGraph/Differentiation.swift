extension GraphBuilder {
    /// Adds the nodes that compute the gradients of a scalar with respect to some values (reverse mode).
    ///
    /// For y = f(x) and a loss L, each node's gradient rule turns ∂L/∂y into ∂L/∂x; where a value is read more than
    /// once the contributions are added. Only nodes that lie between `values` and the loss are visited, so nothing is
    /// computed for inputs whose gradient is not needed.
    ///
    /// - Returns: one value per element of `values`, of the same shape; zeros where the loss does not depend on it.
    /// - Throws: ``FoveaError`` when the loss is not a floating-point scalar or an operation on the way has no gradient.
    public func gradients(of loss: Value, with respectTo: [Value]) throws -> [Value] {
        guard loss.shape.rank == 0, loss.dataType.isFloatingPoint else {
            throw FoveaError(
                .usage, "Only a floating-point scalar can be differentiated; this value has the type \(loss.type).",
                remedy: "Reduce it to one number first, with a mean or a sum.")
        }
        return try gradients(of: loss, upstream: constant(1, loss.dataType), with: respectTo)
    }

    /// Adds the nodes that compute the gradients with respect to some values of a loss whose gradient with respect to
    /// `value` is `upstream`.
    func gradients(of value: Value, upstream: Value, with respectTo: [Value]) throws -> [Value] {
        let active = dependents(of: respectTo.map(\.id), upTo: value.id.node)
        var accumulated: [ValueID: Value] = [:]
        func accumulate(_ gradient: Value, into id: ValueID) throws {
            accumulated[id] = if let sum = accumulated[id] { try sum + gradient } else { gradient }
        }

        let forwardLocation = location
        defer { location = forwardLocation }
        accumulated[value.id] = upstream
        for index in stride(from: value.id.node, through: 0, by: -1) where active.contains(index) {
            let node = graph.nodes[index]
            let results = node.results.indices.map { Value(builder: self, id: ValueID(node: index, result: $0)) }
            let upstream = results.map { accumulated[$0.id] }
            guard node.operands.contains(where: { active.contains($0.node) }),
                upstream.contains(where: { $0 != nil })
            else { continue }
            location = node.location
            let operands = node.operands.map { Value(builder: self, id: $0) }
            let gradients = try node.operation.gradients(operands: operands, results: results, upstream: upstream)
            precondition(gradients.count == operands.count, "\(type(of: node.operation)): one gradient per operand")
            for (operand, gradient) in zip(operands, gradients) where active.contains(operand.id.node) {
                guard let gradient else { continue }
                precondition(
                    gradient.type == operand.type,
                    "\(type(of: node.operation)): the gradient has the type \(gradient.type), not \(operand.type)")
                try accumulate(gradient, into: operand.id)
            }
        }
        return try respectTo.map { value in
            try accumulated[value.id] ?? constant(Tensor(repeating: 0, value.type))
        }
    }

    /// The nodes through which `sources` reach the node `last`, sources included.
    private func dependents(of sources: [ValueID], upTo last: Int) -> Set<Int> {
        var reached = Set(sources.map(\.node))
        for index in graph.nodes.indices where index <= last {
            if graph.nodes[index].operands.contains(where: { reached.contains($0.node) }) { reached.insert(index) }
        }
        return reached
    }
}
