import CFoveaCPU
import FoveaGraph

/// An operation that the CPU backend runs. Conformance is registration; one file each,
/// `Lowering/<Operation>+oneDNN.swift`, or `+Kernel.swift` where a hand-written kernel does the work.
protocol CPULowerable: Operation {
    /// Whether these types can be run; by default, only those with elements of type float32.
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool

    /// Adds the steps that compute the node and delivers each result that is read.
    func lower(_ node: NodeLowering) throws
}

extension CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        (operands + results).allSatisfy { $0.dataType == .float32 && $0.isLowerable }
    }
}

extension TensorType {
    /// Whether oneDNN can describe it and there is something to compute.
    var isLowerable: Bool { shape.elementCount > 0 && shape.rank <= Int(DNNL_MAX_NDIMS) }
}
