import FoveaGraph

/// The errors of layers whose input does not fit.
extension Value {
    /// The layer that gives this value, for errors: `flatten`, or `the input`.
    var producer: String {
        let path = builder.graph.nodes[id.node].location.path
        return path.isEmpty ? "the input" : "`\(path)`"
    }

    /// The shape of one example: without the batch axis.
    var exampleShape: Shape { Shape(Array(shape.dimensions.dropFirst())) }

    /// The shape of one example, with the shape it was flattened from: `784 = 16×7×7`.
    var exampleText: String {
        let node = builder.graph.nodes[id.node]
        guard node.operation is Reshape, let source = node.operands.first else { return exampleShape.description }
        let unflattened = builder.graph.type(of: source).shape.dimensions.dropFirst()
        guard unflattened.count > shape.rank - 1 else { return exampleShape.description }
        return "\(exampleShape) = \(Shape(Array(unflattened)))"
    }

    func mismatch(expected: Int, _ what: String, found: Int) -> FoveaError {
        FoveaError(
            .usage, layer: "expects \(expected) \(what), \(producer) gives \(exampleText):",
            remedy:
                "write \(found) here or leave the number out, so that it follows from the input; or change the layers "
                + "or the image size before it.")
    }

    /// Throws unless the value is a batch of images [N, C, H, W].
    func expectImages() throws {
        guard shape.rank == 4 else {
            throw FoveaError(
                .usage, layer: "expects images [batch, channels, height, width], \(producer) gives \(shape).",
                remedy: "Place it before Flatten() and Dense().")
        }
    }
}
