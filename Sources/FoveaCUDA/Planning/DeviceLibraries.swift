import FoveaGraph

/// What a program is planned with: the device's size, and NVIDIA's libraries where they are there. Without them generated
/// kernels do everything.
struct DeviceLibraries: Sendable {
    let multiprocessors: Int
    var convolutions: ConvolutionPlans?
    var cudnn: CuDNNHandle?
    var matrices: MatrixPlans?
    /// Whether element-wise results are computed again where that saves memory.
    var recomputesActivations = false

    /// Generated kernels only.
    init(multiprocessors: Int) { self.multiprocessors = multiprocessors }

    /// The libraries of a context, whichever can be used.
    ///
    /// - Parameters:
    ///   - timesKernels: whether cuDNN's kernels for each convolution are timed when it is first planned.
    ///   - cache: the choices of earlier processes; nil for none.
    init(_ context: CUDAContext, allowsTensorFloat32: Bool, timesKernels: Bool, cache: CompilationCache?) {
        multiprocessors = context.device.multiprocessors
        if let calls = context.libraries.cudnn,
            let handle = unsafe try? CuDNNHandle(calls, stream: context.stream),
            let properties = try? ConvolutionChoices.properties(ofDevice: context.device.ordinal, calls)
        {
            cudnn = handle
            let choices = ConvolutionChoices(
                calls, device: properties, allowsTensorFloat32: allowsTensorFloat32)
            let timer = ConvolutionTimer(context: context, handle: handle)
            let timing: ConvolutionPlans.Timing = { question, plans in timer.seconds(question, plans) }
            convolutions = ConvolutionPlans(choices, cache: cache, timing: timesKernels ? timing : nil) {
                timer.keepingNaN($0, $1)
            }
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
