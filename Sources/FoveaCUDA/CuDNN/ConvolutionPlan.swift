import CFoveaCUDA
import FoveaGraph
import Synchronization

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
}

/// A kernel of cuDNN's for one convolution, ready to run.
@safe final class ConvolutionPlan: @unchecked Sendable {
    // Unchecked: finalized, and only read from then on.
    fileprivate let descriptor: CuDNNDescriptor
    let workspaceByteCount: Int
    /// cuDNN's number for the kernel's family.
    let engine: Int

    fileprivate init(_ descriptor: CuDNNDescriptor, workspaceByteCount: Int, engine: Int) {
        self.descriptor = descriptor
        self.workspaceByteCount = workspaceByteCount
        self.engine = engine
    }

    /// What cuDNN makes the plan again from, on the same kind of device with the same version.
    func text() throws -> String {
        try descriptor.text(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION)
    }
}

/// The plans of a device: for each question the first of cuDNN's choices that gives the same bits each time, in the
/// precision that is wanted, within a bound on its working memory.
final class ConvolutionPlans: Sendable {
    private let calls: CuDNNCalls
    private let device: CuDNNDescriptor
    private let allowsTensorFloat32: Bool
    private let plans = Mutex<[ConvolutionQuestion: ConvolutionPlan?]>([:])

    /// The most working memory of a plan.
    static let workspaceLimit = 256 << 20

    /// - Parameters:
    ///   - device: the device's properties.
    ///   - allowsTensorFloat32: whether factors may be rounded to ten binary digits.
    init(_ calls: fovea_cudnn, device: CuDNNDescriptor, allowsTensorFloat32: Bool) {
        self.calls = CuDNNCalls(table: calls)
        self.device = device
        self.allowsTensorFloat32 = allowsTensorFloat32
    }

    /// The properties of the device with this number.
    static func properties(ofDevice ordinal: Int, _ calls: fovea_cudnn) throws(CuDNNProblem) -> CuDNNDescriptor {
        let properties = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_DEVICEPROP, calls)
        try properties.set(FOVEA_CUDNN_ATTR_DEVICEPROP_DEVICE_ID, code: ordinal, of: FOVEA_CUDNN_TYPE_INT32)
        try properties.finalize()
        return properties
    }

    /// Properties from their description, without a device.
    static func properties(_ text: String, _ calls: fovea_cudnn) throws(CuDNNProblem) -> CuDNNDescriptor {
        let properties = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_DEVICEPROP, calls)
        try properties.set(FOVEA_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, text: text)
        try properties.finalize()
        return properties
    }

    /// The plan for a question; nil where cuDNN has none that may be used.
    func plan(_ question: ConvolutionQuestion) -> ConvolutionPlan? {
        if let known = plans.withLock({ $0[question] }) { return known }
        let plan = try? choose(question)
        plans.withLock { $0[question] = .some(plan) }
        return plan
    }

    private func choose(_ question: ConvolutionQuestion) throws(CuDNNProblem) -> ConvolutionPlan? {
        let graph = try graph(of: question)
        for mode in [FOVEA_CUDNN_HEUR_MODE_A, FOVEA_CUDNN_HEUR_MODE_FALLBACK] {
            if let plan = try first(of: graph, mode: mode, isFloat32: question.dataType == .float32) { return plan }
        }
        return nil
    }

    /// The plan of the first choice that may be used, of those that one of the heuristics gives.
    private func first(of graph: CuDNNDescriptor, mode: Int, isFloat32: Bool) throws(CuDNNProblem) -> ConvolutionPlan? {
        let heuristics = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_ENGINEHEUR, calls.table)
        try heuristics.set(FOVEA_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, [graph])
        try heuristics.set(FOVEA_CUDNN_ATTR_ENGINEHEUR_MODE, code: mode, of: FOVEA_CUDNN_TYPE_HEUR_MODE)
        try heuristics.set(FOVEA_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, [device])
        try heuristics.finalize()
        let choices = try heuristics.descriptors(
            FOVEA_CUDNN_ATTR_ENGINEHEUR_RESULTS, of: FOVEA_CUDNN_DESCRIPTOR_ENGINECFG)
        for choice in choices {
            // One that cannot be made is passed over: the next may be.
            if let plan = try? plan(choice, isFloat32: isFloat32) { return plan }
        }
        return nil
    }

    /// The plan of one of the heuristics' choices; nil where it may not be used.
    private func plan(_ choice: CuDNNDescriptor, isFloat32: Bool) throws(CuDNNProblem) -> ConvolutionPlan? {
        let engine = try choice.descriptors(
            FOVEA_CUDNN_ATTR_ENGINECFG_ENGINE, of: FOVEA_CUDNN_DESCRIPTOR_ENGINE, count: 1)
        guard let engine = engine.first else { return nil }
        let notes = try engine.codes(
            FOVEA_CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, of: FOVEA_CUDNN_TYPE_NUMERICAL_NOTE, atMost: 16)
        var refused = [
            FOVEA_CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, FOVEA_CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
            FOVEA_CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION, FOVEA_CUDNN_NUMERICAL_NOTE_FFT,
        ]
        if isFloat32, !allowsTensorFloat32 { refused.append(FOVEA_CUDNN_NUMERICAL_NOTE_TENSOR_CORE) }
        guard !notes.contains(where: refused.contains) else { return nil }
        let plan = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_EXECUTION_PLAN, calls.table)
        try plan.set(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, [choice])
        try plan.finalize()
        let workspace = try plan.number(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE)
        guard workspace <= Self.workspaceLimit else { return nil }
        return ConvolutionPlan(
            plan, workspaceByteCount: workspace, engine: try engine.number(FOVEA_CUDNN_ATTR_ENGINE_GLOBAL_INDEX))
    }

    /// A graph of the convolution alone.
    private func graph(of question: ConvolutionQuestion) throws(CuDNNProblem) -> CuDNNDescriptor {
        let calls = calls.table
        let type = question.dataType
        let images = try tensor(question.images, type, TensorID.images)
        let filters = try tensor(question.filters, type, TensorID.filters)
        let results = try tensor(question.results, type, TensorID.results)
        let axes = question.window.axes
        let convolution = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_CONVOLUTION, calls)
        try convolution.set(
            FOVEA_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, code: FOVEA_CUDNN_DATA_FLOAT, of: FOVEA_CUDNN_TYPE_DATA_TYPE)
        try convolution.set(
            FOVEA_CUDNN_ATTR_CONVOLUTION_CONV_MODE, code: FOVEA_CUDNN_MODE_CROSS_CORRELATION,
            of: FOVEA_CUDNN_TYPE_CONVOLUTION_MODE)
        try convolution.set(FOVEA_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, [axes.count])
        try convolution.set(FOVEA_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, axes.map(\.before))
        try convolution.set(FOVEA_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, axes.map(\.after))
        try convolution.set(FOVEA_CUDNN_ATTR_CONVOLUTION_DILATIONS, axes.map(\.dilation))
        try convolution.set(FOVEA_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, axes.map(\.stride))
        try convolution.finalize()

        let names = OperationNames(question.kind)
        let operation = try CuDNNDescriptor(names.descriptor, calls)
        try operation.set(names.convolution, [convolution])
        try operation.set(names.images, [images])
        try operation.set(names.filters, [filters])
        try operation.set(names.results, [results])
        try operation.finalize()
        let graph = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_OPERATIONGRAPH, calls)
        try graph.set(FOVEA_CUDNN_ATTR_OPERATIONGRAPH_OPS, [operation])
        try graph.finalize()
        return graph
    }

    private func tensor(_ shape: Shape, _ type: DataType, _ id: TensorID) throws(CuDNNProblem) -> CuDNNDescriptor {
        let tensor = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_TENSOR, calls.table)
        try tensor.set(
            FOVEA_CUDNN_ATTR_TENSOR_DATA_TYPE,
            code: type == .bfloat16 ? FOVEA_CUDNN_DATA_BFLOAT16 : FOVEA_CUDNN_DATA_FLOAT,
            of: FOVEA_CUDNN_TYPE_DATA_TYPE)
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_DIMENSIONS, shape.dimensions)
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_STRIDES, shape.deviceStrides)
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_UNIQUE_ID, [id.rawValue])
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, [16])
        try tensor.finalize()
        return tensor
    }
}

/// A table of calls, which any thread may make.
@safe private struct CuDNNCalls: @unchecked Sendable {
    // Unchecked: functions of C that never change.
    let table: fovea_cudnn
}

/// The numbers of a convolution's tensors.
private enum TensorID: Int { case images = 1, filters, results }

/// The attributes of an operation, which differ in name only.
private struct OperationNames {
    let descriptor, convolution, images, filters, results: Int

    init(_ kind: ConvolutionQuestion.Kind) {
        switch kind {
        case .forward:
            descriptor = FOVEA_CUDNN_DESCRIPTOR_OPERATION_CONVOLUTION_FORWARD
            convolution = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC
            images = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X
            filters = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W
            results = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y
        case .inputGradient:
            descriptor = FOVEA_CUDNN_DESCRIPTOR_OPERATION_CONVOLUTION_BACKWARD_DATA
            convolution = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC
            images = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX
            filters = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W
            results = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY
        case .filterGradient:
            descriptor = FOVEA_CUDNN_DESCRIPTOR_OPERATION_CONVOLUTION_BACKWARD_FILTER
            convolution = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC
            images = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X
            filters = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW
            results = FOVEA_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY
        }
    }
}

/// A plan with the places of its tensors.
@safe final class BoundConvolution: @unchecked Sendable {
    // Unchecked: never changed after it is made.
    private let plan: ConvolutionPlan
    private let pack: CuDNNDescriptor
    private let handle: CuDNNHandle

    init(
        _ plan: ConvolutionPlan, images: UInt64, filters: UInt64, results: UInt64, workspace: UInt64,
        on handle: CuDNNHandle
    ) throws(CuDNNProblem) {
        self.plan = plan
        self.handle = handle
        pack = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_VARIANT_PACK, handle.calls)
        let ids = [TensorID.images, .filters, .results].map(\.rawValue)
        try pack.set(FOVEA_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids)
        try pack.set(FOVEA_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, addresses: [images, filters, results])
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
