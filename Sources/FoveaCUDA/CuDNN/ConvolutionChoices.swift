import CFoveaCUDA
import FoveaGraph

/// What cuDNN would use for a convolution on a device: the plans that give the same bits each time, in the precision that is
/// wanted, within a bound on their working memory.
struct ConvolutionChoices: Sendable {
    private let calls: CuDNNCalls
    let device: CuDNNDescriptor
    let allowsTensorFloat32: Bool

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

    /// The version of cuDNN: 91900 for 9.19.0.
    var version: Int { Int(calls.table.cudnnGetVersion()) }

    /// The plans for a question, the one that cuDNN takes for the fastest first; none where it has none that may be used.
    func plans(_ question: ConvolutionQuestion, atMost limit: Int) throws(CuDNNProblem) -> [ConvolutionPlan] {
        let graph = try graph(of: question)
        // Kernels of last resort are slower than a plain convolution and another pass.
        let modes = [FOVEA_CUDNN_HEUR_MODE_A] + (question.epilogue == nil ? [FOVEA_CUDNN_HEUR_MODE_FALLBACK] : [])
        for mode in modes {
            let plans = try plans(of: graph, mode: mode, question, atMost: limit)
            if !plans.isEmpty { return plans }
        }
        return []
    }

    /// The first plans that may be used, of those that one of the heuristics gives.
    private func plans(
        of graph: CuDNNDescriptor, mode: Int, _ question: ConvolutionQuestion, atMost limit: Int
    ) throws(CuDNNProblem) -> [ConvolutionPlan] {
        let heuristics = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_ENGINEHEUR, calls.table)
        try heuristics.set(FOVEA_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, [graph])
        try heuristics.set(FOVEA_CUDNN_ATTR_ENGINEHEUR_MODE, code: mode, of: FOVEA_CUDNN_TYPE_HEUR_MODE)
        try heuristics.set(FOVEA_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, [device])
        try heuristics.finalize()
        let choices = try heuristics.descriptors(
            FOVEA_CUDNN_ATTR_ENGINEHEUR_RESULTS, of: FOVEA_CUDNN_DESCRIPTOR_ENGINECFG)
        var plans: [ConvolutionPlan] = []
        for choice in choices where plans.count < limit {
            // Compiling several takes seconds each, and what an epilogue does can be done by another kernel.
            let mayBeCompiled = plans.isEmpty && question.epilogue == nil
            // One that cannot be made is passed over: the next may be.
            let plan = try? plan(
                choice, isFloat32: question.dataType == .float32, mayBeCompiled: mayBeCompiled)
            if let plan { plans.append(plan) }
        }
        return plans
    }

    /// The plan that was made from a text of ``ConvolutionPlan/text()``; nil where it is none for this device.
    func plan(_ text: String, engine: Int) -> ConvolutionPlan? {
        guard let plan = try? CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_EXECUTION_PLAN, calls.table),
            (try? plan.set(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, [device])) != nil,
            (try? plan.set(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, text: text)) != nil,
            (try? plan.finalize()) != nil,
            let workspace = try? plan.number(FOVEA_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE),
            (0...Self.workspaceLimit).contains(workspace)
        else { return nil }
        return ConvolutionPlan(plan, workspaceByteCount: workspace, engine: engine)
    }

    /// The plan of one of the heuristics' choices; nil where it may not be used.
    private func plan(
        _ choice: CuDNNDescriptor, isFloat32: Bool, mayBeCompiled: Bool
    ) throws(CuDNNProblem) -> ConvolutionPlan? {
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
        let behavior = try engine.codes(
            FOVEA_CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, of: FOVEA_CUDNN_TYPE_BEHAVIOR_NOTE, atMost: 16)
        guard mayBeCompiled || !behavior.contains(FOVEA_CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION) else { return nil }
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
        let images = try tensor(question.images, type, ConvolutionTensorID.images)
        let filters = try tensor(question.filters, type, ConvolutionTensorID.filters)
        let results = try tensor(question.results, type, ConvolutionTensorID.results)
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
        let sums =
            try question.epilogue.map { _ throws(CuDNNProblem) in try virtual(question.results, .sums) } ?? results
        let operation = try CuDNNDescriptor(names.descriptor, calls)
        try operation.set(names.convolution, [convolution])
        try operation.set(names.images, [images])
        try operation.set(names.filters, [filters])
        try operation.set(names.results, [sums])
        try operation.finalize()
        let following = try self.following(question, sums: sums, results: results)
        let graph = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_OPERATIONGRAPH, calls)
        try graph.set(FOVEA_CUDNN_ATTR_OPERATIONGRAPH_OPS, [operation] + following)
        try graph.finalize()
        return graph
    }

    /// The operations of an epilogue.
    private func following(
        _ question: ConvolutionQuestion, sums: CuDNNDescriptor, results: CuDNNDescriptor
    ) throws(CuDNNProblem) -> [CuDNNDescriptor] {
        guard let epilogue = question.epilogue else { return [] }
        let shape = question.results
        var (operations, last) = ([CuDNNDescriptor](), sums)
        if epilogue.addsResidual {
            let next = try virtual(shape, .firstAddition)
            let residual = try tensor(shape, question.dataType, .residual)
            operations.append(try pointwise(FOVEA_CUDNN_POINTWISE_ADD, last, residual, next))
            last = next
        }
        let perFilter = Shape([1, shape[1]] + shape.dimensions.dropFirst(2).map { _ in 1 })
        let bias = try tensor(perFilter, question.dataType, .bias)
        let isLast = epilogue.rectifier == .none
        let biased = isLast ? results : try virtual(shape, .secondAddition)
        operations.append(try pointwise(FOVEA_CUDNN_POINTWISE_ADD, last, bias, biased))
        if isLast { return operations }
        let limit: Float? = epilogue.rectifier == .toSix ? 6 : nil
        return operations + [try pointwise(FOVEA_CUDNN_POINTWISE_RELU_FWD, biased, nil, results, upperClip: limit)]
    }

    private func pointwise(
        _ mode: Int, _ first: CuDNNDescriptor, _ second: CuDNNDescriptor?, _ result: CuDNNDescriptor,
        upperClip: Float? = nil
    ) throws(CuDNNProblem) -> CuDNNDescriptor {
        let function = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_POINTWISE, calls.table)
        try function.set(FOVEA_CUDNN_ATTR_POINTWISE_MODE, code: mode, of: FOVEA_CUDNN_TYPE_POINTWISE_MODE)
        try function.set(
            FOVEA_CUDNN_ATTR_POINTWISE_MATH_PREC, code: FOVEA_CUDNN_DATA_FLOAT, of: FOVEA_CUDNN_TYPE_DATA_TYPE)
        if let upperClip { try function.set(FOVEA_CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, float: upperClip) }
        try function.finalize()
        let operation = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_OPERATION_POINTWISE, calls.table)
        try operation.set(FOVEA_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, [function])
        try operation.set(FOVEA_CUDNN_ATTR_OPERATION_POINTWISE_XDESC, [first])
        if let second { try operation.set(FOVEA_CUDNN_ATTR_OPERATION_POINTWISE_BDESC, [second]) }
        try operation.set(FOVEA_CUDNN_ATTR_OPERATION_POINTWISE_YDESC, [result])
        try operation.finalize()
        return operation
    }

    /// A tensor in float32 that is never written.
    private func virtual(_ shape: Shape, _ id: ConvolutionTensorID) throws(CuDNNProblem) -> CuDNNDescriptor {
        try tensor(shape, .float32, id, isVirtual: true)
    }

    private func tensor(
        _ shape: Shape, _ type: DataType, _ id: ConvolutionTensorID, isVirtual: Bool = false
    ) throws(CuDNNProblem) -> CuDNNDescriptor {
        let tensor = try CuDNNDescriptor(FOVEA_CUDNN_DESCRIPTOR_TENSOR, calls.table)
        try tensor.set(
            FOVEA_CUDNN_ATTR_TENSOR_DATA_TYPE,
            code: type == .bfloat16 ? FOVEA_CUDNN_DATA_BFLOAT16 : FOVEA_CUDNN_DATA_FLOAT,
            of: FOVEA_CUDNN_TYPE_DATA_TYPE)
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_DIMENSIONS, shape.dimensions)
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_STRIDES, shape.deviceStrides)
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_UNIQUE_ID, [id.rawValue])
        try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, [16])
        if isVirtual { try tensor.set(FOVEA_CUDNN_ATTR_TENSOR_IS_VIRTUAL, truth: true) }
        try tensor.finalize()
        return tensor
    }
}

/// A table of calls, which any thread may make.
@safe private struct CuDNNCalls: @unchecked Sendable {
    // Unchecked: functions of C that never change.
    let table: fovea_cudnn
}

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
