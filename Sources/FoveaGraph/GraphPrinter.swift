extension ValueID: CustomStringConvertible {
    /// `%7`, or `%7.1` for a node's second result.
    public var description: String { result == 0 ? "%\(node)" : "%\(node).\(result)" }
}

extension Graph: CustomStringConvertible {
    /// One line per node: its value, type, operation, operands and attributes, and the layer it comes from.
    ///
    ///     %3: f32[8×6×24×24] = Convolution(%0, %1, %2) window: 5×5, groups: 1   # conv1
    public var description: String {
        var lines = nodes.indices.map { index in
            let node = nodes[index]
            let types = node.results.map(\.description).joined(separator: ", ")
            let operands = node.operands.map(\.description).joined(separator: ", ")
            let attributes = node.operation.attributeText
            let origin = node.location.path.isEmpty ? "" : "   # \(node.location.path)"
            let name = node.operation.operationName
            return "%\(index): \(types) = \(name)(\(operands))\(attributes.isEmpty ? "" : " " + attributes)\(origin)"
        }
        lines += outputs.map { "output \($0.name) = \($0.value)" }
        if let guardValue { lines.append("update only if finite: \(guardValue)") }
        lines += updates.map { "update \($0.state) ← \($0.value)" }
        return lines.joined(separator: "\n")
    }
}
