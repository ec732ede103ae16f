/// One thing that a run puts on the stream, and the buffers that it touches.
struct DeviceStep {
    enum Work {
        case launch(KernelLaunch)
        /// A convolution of cuDNN's.
        case convolution(ConvolutionPlan, ConvolutionTensors)
        /// A product of cuBLASLt's.
        case product(MatrixPlan, ProductMatrices)
    }

    let work: Work
    let read: [BufferID]
    let written: [BufferID]
    /// The layer's path, the operations and the way they are computed, for display.
    let path: String
    let operation: String
    let implementation: String
    let multiplyAdds: Int
    let byteCount: Int
}

/// The buffers of a convolution of cuDNN's, one of which is the result.
struct ConvolutionTensors {
    let images: BufferID
    let filters: BufferID
    let results: BufferID
    /// Of an epilogue.
    var residual: BufferID?
    var bias: BufferID?
    let workspace: BufferID?

    /// What is read and written, without the workspace.
    var all: [ConvolutionTensorID: BufferID] {
        var all = [ConvolutionTensorID.images: images, .filters: filters, .results: results]
        all[.residual] = residual
        all[.bias] = bias
        return all
    }
}

/// The buffers of a product of cuBLASLt's.
struct ProductMatrices {
    let left: BufferID
    let right: BufferID
    let result: BufferID
    let workspace: BufferID?
}
