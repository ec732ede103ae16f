import CFoveaCUDA
import FoveaGraph

/// A convolution, or one of its gradients, as cuDNN is asked for it: tensors in the device's order, of one type.
struct ConvolutionQuestion: Hashable, Sendable {
    enum Kind: Hashable, Sendable, CaseIterable { case forward, inputGradient, filterGradient }

    let kind: Kind
    let window: Window
    let images: Shape
    /// Groups follow from its channels and the images'.
    let filters: Shape
    let results: Shape
    let dataType: DataType
    /// What the kernel does with its sums before it writes them; of forward convolutions only.
    var epilogue: ConvolutionEpilogue?

    /// Everything that the question consists of, as a key.
    var text: String {
        let axes = window.axes.map { "\([$0.kernel, $0.stride, $0.dilation, $0.before, $0.after])" }
        let shapes = [images, filters, results].map { "\($0.dimensions)" }
        let end = epilogue.map { ", \($0.addsResidual ? "residual, " : "")bias, \($0.rectifier)" } ?? ""
        return
            "convolution \(kind) \(dataType.rawValue), axes \(axes.joined()), \(shapes.joined(separator: ", "))\(end)"
    }
}

/// What follows a convolution in the same kernel: a tensor of the result's shape is added, then a number for each filter, then
/// what is negative becomes 0.
struct ConvolutionEpilogue: Hashable, Sendable {
    enum Rectifier: Hashable, Sendable {
        case none, atZero
        /// From 0 to 6.
        case toSix
    }

    let addsResidual: Bool
    let rectifier: Rectifier
}

/// A kernel of cuDNN's for one convolution, ready to run.
@safe final class ConvolutionPlan: @unchecked Sendable {
    // Unchecked: finalized, and only read from then on.
    let descriptor: CuDNNDescriptor
    let workspaceByteCount: Int
    /// cuDNN's number for the kernel's family.
    let engine: Int

    init(_ descriptor: CuDNNDescriptor, workspaceByteCount: Int, engine: Int) {
        self.descriptor = descriptor
        self.workspaceByteCount = workspaceByteCount
        self.engine = engine
    }

    /// What cuDNN makes the plan again from, on the same kind of device with the same version.
    func text() throws(CuDNNProblem) -> String {
        try descriptor.text(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION)
    }
}

/// A plan with the places of its tensors.
@safe final class BoundConvolution: @unchecked Sendable {
    // Unchecked: never changed after it is made.
    private let plan: ConvolutionPlan
    private let pack: CuDNNDescriptor
    private let handle: CuDNNHandle

    init(
        _ plan: ConvolutionPlan, tensors: [ConvolutionTensorID: UInt64], workspace: UInt64, on handle: CuDNNHandle
    ) throws(CuDNNProblem) {
        self.plan = plan
        self.handle = handle
        pack = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_VARIANT_PACK, handle.calls)
        let places = tensors.sorted { $0.key.rawValue < $1.key.rawValue }
        try pack.set(FOVEA_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, places.map(\.key.rawValue))
        try pack.set(FOVEA_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, addresses: places.map(\.value))
        try pack.set(FOVEA_CUDNN_ATTR_VARIANT_PACK_WORKSPACE, addresses: [workspace])
        try pack.finalize()
    }

    /// Puts the convolution on the handle's stream.
    func enqueue() throws(CuDNNProblem) {
        let status = unsafe handle.calls.cudnnBackendExecute(
            handle.handle, plan.descriptor.handle, pack.handle)
        guard status != 0 else { return }
        throw CuDNNProblem(status: Int(status), description: handle.calls.lastProblem(status))
    }
}

/// cuDNN on one device and stream.
@safe final class CuDNNHandle: @unchecked Sendable {
    // Unchecked: used on the device's compute thread only.
    let calls: fovea_cudnn
    fileprivate let handle: UnsafeMutableRawPointer?

    init(_ calls: fovea_cudnn, stream: UnsafeMutableRawPointer?) throws(CuDNNProblem) {
        self.calls = calls
        var handle: UnsafeMutableRawPointer? = nil
        var status = unsafe calls.cudnnCreate(&handle)
        unsafe self.handle = unsafe handle
        if status == 0 { status = unsafe calls.cudnnSetStream(handle, stream) }
        guard status != 0 else { return }
        throw CuDNNProblem(status: Int(status), description: calls.lastProblem(status))
    }

    deinit {
        if unsafe handle != nil { _ = unsafe calls.cudnnDestroy(handle) }
    }
}

/// The numbers of a convolution's tensors.
enum ConvolutionTensorID: Int {
    case images = 1, filters, results, residual, bias
    /// What is never written: the sums, and what has been added to them.
    case sums, firstAddition, secondAddition
}
