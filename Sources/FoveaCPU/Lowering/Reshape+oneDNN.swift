import FoveaGraph

extension Reshape: CPULowerable {
    /// Moves nothing, so numbers of any kind that has as many bytes pass.
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        (operands + results).allSatisfy { $0.isLowerable && [.float32, .int32].contains($0.dataType) }
    }

    func lower(_ node: NodeLowering) throws {
        // Row by row the elements are those of any other shape: nothing is copied.
        let plain = try node.plainOperand(0)
        node.deliver(plain.viewed(as: try Layout(plain: node.results[0])))
    }
}
