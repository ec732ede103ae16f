import FoveaGraph

extension Reshape: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        // Row by row the elements are those of any other shape: nothing is copied.
        let plain = try node.plainOperand(0)
        node.deliver(plain.viewed(as: try Layout(plain: node.results[0])))
    }
}
