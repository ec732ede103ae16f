import FoveaGraph

/// What a program is planned with: the device's size, and NVIDIA's libraries where they are there. Without them generated
/// kernels do everything.
struct DeviceLibraries: Sendable {
    let multiprocessors: Int
    var convolutions: ConvolutionPlans?
    var cudnn: CuDNNHandle?
    var matrices: MatrixPlans?

    /// Generated kernels only.
    init(multiprocessors: Int) { self.multiprocessors = multiprocessors }

    /// The libraries of a context, whichever can be used.
    init(_ context: CUDAContext, allowsTensorFloat32: Bool) {
        multiprocessors = context.device.multiprocessors
        if let calls = context.libraries.cudnn,
            let handle = unsafe try? CuDNNHandle(calls, stream: context.stream),
            let properties = try? ConvolutionPlans.properties(ofDevice: context.device.ordinal, calls)
        {
            cudnn = handle
            convolutions = ConvolutionPlans(calls, device: properties, allowsTensorFloat32: allowsTensorFloat32)
        }
        if let handle = context.libraries.matrices.flatMap({ CuBLASLtHandle($0) }) {
            matrices = MatrixPlans(handle, allowsTensorFloat32: allowsTensorFloat32)
        }
    }

    /// The names of the libraries that cannot be used.
    var missing: [String] {
        (convolutions == nil ? ["cuDNN"] : []) + (matrices == nil ? ["cuBLASLt"] : [])
    }
}
