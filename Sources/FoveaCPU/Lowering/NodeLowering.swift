import CFoveaCPU
import FoveaGraph
import FoveaRuntime

/// A node that is being lowered: its operands in memory, and the means to add its steps.
struct NodeLowering {
    private let graph: Graph
    private let program: ProgramBuilder
    private let index: Int
    private let node: Node
    /// The types of the operands.
    let operands: [TensorType]

    init(_ index: Int, of graph: Graph, into program: ProgramBuilder) {
        self.graph = graph
        self.program = program
        self.index = index
        node = graph.nodes[index]
        operands = node.operands.map(graph.type(of:))
    }

    var engine: Engine { program.engine }
    var context: fovea_context { unsafe program.engine.context }
    /// The choices between kernels.
    var selection: KernelSelection { program.selection }
    /// Whether the node must not use a kernel that may mistake NaN or an infinity.
    var isCareful: Bool { program.isCareful }
    /// The types of the results.
    var results: [TensorType] { node.results }
    /// The operation of the node.
    var operation: any Operation { node.operation }
    /// The operation and its layer, for errors.
    var purpose: String { node.purpose }

    /// Whether anything reads a result.
    func isRead(_ result: Int) -> Bool { program.isRead(ValueID(node: index, result: result)) }

    /// Whether a tensor is the same in every run until a state is written: parameters in inference, not in training.
    func isPrepared(_ value: Stored) -> Bool { program.isPrepared(value) }

    /// An operand in its current layout.
    func operand(_ position: Int) -> Stored { program.value(node.operands[position]) }

    /// An operand row by row.
    func plainOperand(_ position: Int) throws -> Stored { try plain(operand(position)) }

    /// An operand in its current layout, if that is one of the usual layouts of images, and row by row otherwise: the
    /// layouts that element-wise steps, pooling and normalization carry through. oneDNN's element-wise primitives do
    /// not handle the blocked layouts of filters.
    func carriedOperand(_ position: Int) throws -> Stored { try carried(operand(position)) }

    /// A tensor in its current layout, if that is one of the usual layouts of images, and row by row otherwise.
    func carried(_ value: Stored) throws -> Stored {
        value.layout.adjacentChannels == nil ? try plain(value) : value
    }

    /// An operand in its current layout, if that has planes of pixels, and row by row otherwise: for steps that treat
    /// every channel of every image alike.
    func operandInPlanes(_ position: Int) throws -> Stored {
        let operand = operand(position)
        return operand.layout.planes == nil ? try plain(operand) : operand
    }

    /// A tensor row by row: not copied if it lies so already, whatever the layout's name.
    func plain(_ value: Stored) throws -> Stored { try program.plain(value, for: node) }

    /// A tensor in the layout that a primitive wants.
    func reorder(_ value: Stored, to layout: Layout) throws -> Stored {
        try program.reorder(value, to: layout, for: node)
    }

    /// Memory for a result or an intermediate tensor.
    func allocate(_ layout: Layout) -> Stored { program.allocate(layout) }

    /// Memory for a result, row by row.
    func allocatePlain(_ type: TensorType) throws -> Stored { program.allocate(try Layout(plain: type)) }

    /// Sets the location of a result.
    func deliver(_ value: Stored, as result: Int = 0) {
        program.define(ValueID(node: index, result: result), as: value)
    }

    /// The node that computes an operand in the previous step, for this node alone, and that step.
    func onlyFeeder(of position: Int) -> (node: NodeLowering, step: PlannedStep)? {
        let id = node.operands[position]
        return program.lastStep(making: operand(position), heldBy: id, for: index).map {
            (NodeLowering(id.node, of: graph, into: program), $0)
        }
    }

    /// Takes back the step that normalizes an operand for this node alone, but for the statistics that it measures: this node
    /// normalizes what it reads.
    func takeNormalization(of position: Int) throws -> NormalizedOperand? {
        let id = node.operands[position]
        let feeder = NodeLowering(id.node, of: graph, into: program)
        guard id.result == 0, let place = program.place(ofStepMaking: operand(position), heldBy: id, for: index),
            let normalized = NormalizedOperand(feeder, program.steps[place])
        else { return nil }
        if feeder.results.count > 1 {
            try feeder.measureChannels(
                of: normalized.reads[0], mean: normalized.reads[3], variance: normalized.reads[4])
            program.putLastStep(insteadOf: place)
        } else {
            program.removeStep(at: place)
        }
        return normalized
    }

    /// Adds a step that runs a primitive in place of the previous step, which belongs to the node that feeds this one.
    func run(
        _ descriptor: PrimitiveDescriptor, insteadOf feeder: NodeLowering,
        reads: [(argument: Argument, stored: Stored)], writes: [(argument: Argument, stored: Stored)],
        mayMistakeNonFinite: Bool
    ) throws {
        program.takeBackLastStep()
        let layout = layoutText(reads.map(\.stored), writes.map(\.stored))
        program.append(
            program.planned(
                descriptor, reads: reads, writes: writes, for: node, including: feeder.node,
                mayMistakeNonFinite: mayMistakeNonFinite, operation: node.operation.operationName,
                implementation: "\(descriptor.implementation) \(layout), with \(feeder.node.location.path)"))
    }

    /// The kernel that an earlier node needed for the same problem, or else the result of `choose`.
    func kernel(
        for problem: ConvolutionKernel.Problem, choosing choose: (ConvolutionKernel.Problem) throws -> ConvolutionKernel
    ) rethrows -> ConvolutionKernel {
        let kernel = try program.convolutionKernels[problem] ?? choose(problem)
        program.convolutionKernels[problem] = kernel
        program.question = kernel.question
        return kernel
    }

    /// Measures kernels while no other work runs.
    func timing<Result>(_ measure: (KernelTimer) throws -> Result) rethrows -> Result {
        program.generation?.finish()
        return try measure(KernelTimer(engine: engine, purpose: purpose))
    }

    /// Makes a primitive descriptor; errors name the node.
    func describe(
        _ make: (UnsafeMutablePointer<dnnl_primitive_desc_t?>) -> dnnl_status_t
    ) throws -> PrimitiveDescriptor {
        try unsafe PrimitiveDescriptor(for: purpose, make)
    }

    /// Adds a step that runs a primitive.
    func run(
        _ descriptor: PrimitiveDescriptor, threads: Int? = nil,
        reads: [(argument: Argument, stored: Stored)], writes: [(argument: Argument, stored: Stored)],
        accumulating: Stored? = nil, inPlace: [(result: Stored, operand: Stored)] = [],
        mayMistakeNonFinite: Bool = false
    ) throws {
        let layout = layoutText(reads.map(\.stored), writes.map(\.stored))
        program.append(
            program.planned(
                descriptor, threads: threads, reads: reads, writes: writes, accumulating: accumulating,
                inPlace: inPlace, for: node, mayMistakeNonFinite: mayMistakeNonFinite,
                operation: node.operation.operationName, implementation: "\(descriptor.implementation) \(layout)"))
    }

    /// An operand's elements in a layout, in memory that this node may overwrite: the operand itself if no later step
    /// reads it, otherwise a copy.
    ///
    /// - Parameter reads: tensors that the overwriting step reads at the same time.
    func overwritable(_ position: Int, in layout: Layout, besides reads: [Stored]) throws -> Stored {
        let found = try reorder(operand(position), to: layout)
        if reads.contains(where: { $0.buffer == found.buffer }) { return program.copy(found, for: node) }
        return program.overwrite(found, heldBy: node.operands[position], at: index) ?? program.copy(found, for: node)
    }

    /// Adds a step that runs a hand-written kernel; `prepare` receives the memory and returns the function of a run.
    ///
    /// - Parameters:
    ///   - isSideWork: whether another step of the node does the arithmetic that its multiply-adds count.
    ///   - including: an earlier node that the step computes as well.
    func run(
        kernel: String, reads: [Stored], writes: [Stored], inPlace: [(result: Stored, operand: Stored)] = [],
        isSideWork: Bool = false, including: NodeLowering? = nil, mayMistakeNonFinite: Bool = false,
        _ prepare: @escaping (KernelMemory) -> () -> Void
    ) {
        let layout = layoutText(reads, writes) + (including.map { ", with \($0.node.location.path)" } ?? "")
        program.append(
            PlannedStep(
                node: node, operation: node.operation.operationName, implementation: "fovea:\(kernel) \(layout)",
                reads: reads, writes: writes, inPlace: inPlace, including: including?.node, isSideWork: isSideWork,
                mayMistakeNonFinite: mayMistakeNonFinite, work: .kernel(prepare)))
    }

    /// `nChw16c`, or `nchw → nChw16c` where a step changes the layout.
    private func layoutText(_ reads: [Stored], _ writes: [Stored]) -> String {
        let (from, to) = (reads.first?.layout.description ?? "", writes.first?.layout.description ?? "")
        return from == to ? to : "\(from) → \(to)"
    }
}
