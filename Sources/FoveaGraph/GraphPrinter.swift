extension ValueID: CustomStringConvertible {
    /// `%7`, or `%7.1` for a node's second result.
    public var description: String { result == 0 ? "%\(node)" : "%\(node).\(result)" }
}

extension Graph: CustomStringConvertible {
    /// One line per node: its value, type, operation, operands and attributes, and the layer it comes from.
    ///
    ///     %0: f32[8×1×28×28] = input images
    ///     %3: f32[8×6×24×24] = Convolution(%0, %1, %2) window: 5×5/1×1, padding 0, dilation 1×1, groups: 1   # conv1
    public var description: String {
        var lines = nodes.indices.map { index in
            let node = nodes[index]
            let types = node.results.map(\.description).joined(separator: ", ")
            let origin = node.location.path.isEmpty ? "" : "   # \(node.location.path)"
            return "%\(index): \(types) = \(text(of: node))\(origin)"
        }
        lines += outputs.map { "output \($0.name) = \($0.value)" }
        if let guardValue { lines.append("update only if finite: \(guardValue)") }
        lines += updates.map { "update \($0.state) ← \($0.value)" }
        return lines.joined(separator: "\n")
    }

    private func text(of node: Node) -> String {
        switch node.operation {
        case let placeholder as Placeholder: return "\(placeholder.role) \(placeholder.name)"
        case let constant as Constant:
            let shown = 4
            let elements = constant.tensor.doubles
            let text = elements.prefix(shown).map(\.description).joined(separator: ", ")
            return "constant \(text)\(elements.count > shown ? ", …" : "")"
        case let operation:
            let operands = node.operands.map(\.description).joined(separator: ", ")
            let attributes = operation.attributeText
            return "\(operation.operationName)(\(operands))\(attributes.isEmpty ? "" : " " + attributes)"
        }
    }
}
