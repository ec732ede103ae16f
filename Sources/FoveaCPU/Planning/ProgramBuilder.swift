import CFoveaCPU
import FoveaGraph
import FoveaRuntime

/// Collects the steps of a program while its graph is lowered, before memory is assigned.
///
/// A class because every node's lowering adds to the one program; used by one compilation only.
final class ProgramBuilder {
    let engine: Engine
    let selection: KernelSelection
    private var stored: [ValueID: Stored] = [:]
    private var reordered: [Int: [(from: Layout, to: Layout, result: Stored)]] = [:]
    private let read: Set<ValueID>
    /// The buffers that no run changes: constants, and the results of preparations from them.
    private var steady: Set<Int> = []

    private(set) var buffers: [Buffer] = []
    /// Steps that depend only on constants and states that the graph does not update: they run before the first run,
    /// and again when such a state has been written since.
    private(set) var preparations: [PlannedStep] = []
    /// The steps of every run.
    private(set) var steps: [PlannedStep] = []
    /// The kernels of convolutions so far: networks repeat their blocks, and equal convolutions share a kernel.
    var convolutionKernels: [ConvolutionKernel.Problem: ConvolutionKernel] = [:]

    /// The question that the node being lowered has a kernel for: steps from there on belong to it.
    var question: String?

    /// Generates kernels as soon as they are known to be needed; nil for a plan that is never run, and where a single
    /// thread does everything.
    let generation: KernelGeneration?

    /// Whether every step must treat NaN and infinities by the definitions, at the cost of time.
    let isCareful: Bool

    /// The last node that reads each value; `Int.max` for values needed after the run.
    private let lastReader: [ValueID: Int]

    init(
        _ graph: Graph, selecting selection: KernelSelection, generating generation: KernelGeneration?,
        isCareful: Bool, on engine: Engine
    ) {
        self.engine = engine
        self.isCareful = isCareful
        self.generation = generation
        self.selection = selection
        var lastReader: [ValueID: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for operand in node.operands { lastReader[operand] = index }
        }
        for root in graph.roots { lastReader[root] = .max }
        self.lastReader = lastReader
        read = Set(graph.nodes.flatMap(\.operands) + graph.roots)
    }

    /// The states that preparations read.
    var preparedStates: [StateMemory] {
        Set(preparations.flatMap { $0.reads.map(\.buffer) }).sorted().compactMap { buffer in
            if case .state(let memory) = buffers[buffer].home { memory } else { nil }
        }
    }

    /// Whether anything reads a value.
    func isRead(_ id: ValueID) -> Bool { read.contains(id) }

    /// Whether a tensor stays the same from run to run until a state is written.
    func isPrepared(_ value: Stored) -> Bool { steady.contains(value.buffer) }

    /// The location of a value that an earlier node has computed.
    func value(_ id: ValueID) -> Stored {
        guard let found = stored[id] else { preconditionFailure("values are computed before they are read") }
        return found
    }

    func define(_ id: ValueID, as value: Stored) { stored[id] = value }

    /// Has an input read from its caller's memory instead of from a copy, if all its readers can be given that address:
    /// hand-written kernels cannot, since their memory is fixed. Copying a small input is faster than that.
    func readWhereCallerHasIt(_ input: Stored) {
        guard input.layout.byteCount >= Self.smallMove else { return }
        let readers = steps.filter { $0.reads.contains { $0.buffer == input.buffer } }
        let isOnlyRead = (preparations + steps).allSatisfy { !$0.writes.contains { $0.buffer == input.buffer } }
        let areAllPrimitives = readers.allSatisfy { step in
            guard case .primitive(_, let arguments) = step.work else { return false }
            return arguments.contains { $0.stored.buffer == input.buffer }
        }
        if isOnlyRead, areAllPrimitives { buffers[input.buffer].home = .caller }
    }

    /// Passes a tensor's memory to the node that reads it last, which then writes its result there.
    ///
    /// - Returns: nil if the tensor, or another in the same memory, is read later.
    func overwrite(_ value: Stored, heldBy id: ValueID, at node: Int) -> Stored? {
        guard case .arena = buffers[value.buffer].home, !isPrepared(value), !isRead(value, heldBy: id, after: node)
        else { return nil }
        // Copies in other layouts hold the old elements.
        reordered[value.buffer] = nil
        reordered = reordered.mapValues { $0.filter { $0.result.buffer != value.buffer } }
        return value
    }

    /// Whether a tensor, or another in the same memory, is read after a node.
    private func isRead(_ value: Stored, heldBy id: ValueID, after node: Int) -> Bool {
        func isNeeded(_ id: ValueID) -> Bool { (lastReader[id] ?? -1) > node }
        return isNeeded(id) || stored.contains { $0.value.buffer == value.buffer && isNeeded($0.key) }
    }

    /// The most recently added step, if it makes a tensor that only this node reads.
    func lastStep(making value: Stored, heldBy id: ValueID, for node: Int) -> PlannedStep? {
        guard let step = steps.last, step.writes.first?.buffer == value.buffer,
            !isRead(value, heldBy: id, after: node)
        else { return nil }
        return step
    }

    /// The step that makes a tensor which only this node reads, and whose operands and results no later step overwrites: the
    /// node can compute the tensor itself.
    func place(ofStepMaking value: Stored, heldBy id: ValueID, for node: Int) -> Int? {
        guard let place = steps.lastIndex(where: { $0.writes.first?.buffer == value.buffer }),
            !isRead(value, heldBy: id, after: node)
        else { return nil }
        let kept = Set((steps[place].reads + steps[place].writes).map(\.buffer))
        let isAlone = steps[(place + 1)...].allSatisfy { step in
            !step.reads.contains { $0.buffer == value.buffer } && !step.writes.contains { kept.contains($0.buffer) }
        }
        return isAlone ? place : nil
    }

    /// Removes the most recently added step, because the next one computes the same.
    func takeBackLastStep() { steps.removeLast() }

    /// Removes a step, because a later one computes the same.
    func removeStep(at place: Int) { steps.remove(at: place) }

    /// Removes a step, and puts the most recently added one in its place.
    func putLastStep(insteadOf place: Int) {
        var step = steps.removeLast()
        step.question = steps[place].question
        steps[place] = step
    }

    /// New memory for a tensor.
    ///
    /// - Parameter isSteady: whether it exists before the first step and no run changes it.
    func allocate(_ layout: Layout, home: Buffer.Home = .arena, isSteady: Bool = false) -> Stored {
        if isSteady { steady.insert(buffers.count) }
        buffers.append(Buffer(home: home, byteCount: layout.byteCount))
        return Stored(buffer: buffers.count - 1, layout: layout)
    }

    /// Adds a step to every run, or to the preparations if no run changes what it reads.
    func append(_ step: PlannedStep) {
        var step = step
        step.question = question
        if !step.reads.isEmpty, step.reads.allSatisfy({ steady.contains($0.buffer) }) {
            preparations.append(step)
            steady.formUnion(step.writes.map(\.buffer))
        } else {
            // The last step may still be removed.
            if let last = steps.last, case .primitive(let descriptor, _) = last.work {
                generation?.begin(descriptor, threads: last.threads ?? engine.threads, for: last.purpose)
            }
            steps.append(step)
        }
    }

    /// Removes the preparations whose results are not read: those of removed steps.
    ///
    /// - Parameter needed: the buffers that are read after a run.
    func dropUnreadPreparations(keeping needed: Set<Int>) {
        var read = needed.union(steps.flatMap { $0.reads.map(\.buffer) })
        let kept = preparations.reversed().filter { step in
            guard step.writes.contains(where: { read.contains($0.buffer) }) else { return false }
            read.formUnion(step.reads.map(\.buffer))
            return true
        }
        preparations = kept.reversed()
    }

    /// The tensor in the layout that a step needs: itself, or a copy shared by all steps with the same need.
    func reorder(_ value: Stored, to layout: Layout, for node: Node) throws -> Stored {
        if value.layout == layout { return value }
        if let made = reordered[value.buffer]?.first(where: { $0.from == value.layout && $0.to == layout }) {
            return made.result
        }
        if let step = filterReorder(value, to: layout, for: node) {
            append(step)
            reordered[value.buffer, default: []].append((value.layout, layout, step.writes[0]))
            return step.writes[0]
        }
        let threads = max(value.layout.byteCount, layout.byteCount) < Self.smallMove ? 1 : nil
        fovea_set_thread_count(Int32(threads ?? engine.threads))
        defer { fovea_set_thread_count(Int32(engine.threads)) }
        let descriptor = try unsafe PrimitiveDescriptor(for: node.purpose) { made in
            unsafe fovea_reorder(engine.context, value.layout.descriptor, layout.descriptor, made)
        }
        let result = allocate(layout)
        append(
            planned(
                descriptor, threads: threads, reads: [(.source, value)], writes: [(.destination, result)], for: node,
                operation: "Reorder", implementation: "\(value.layout) → \(layout), \(descriptor.implementation)"))
        reordered[value.buffer, default: []].append((value.layout, layout, result))
        return result
    }

    /// The step that moves filters between rows and blocks, faster than oneDNN's; nil for other layouts.
    private func filterReorder(_ value: Stored, to layout: Layout, for node: Node) -> PlannedStep? {
        let isBlocking = value.layout.isPlain
        guard let blocks = isBlocking ? layout.filterBlocks : layout.isPlain ? value.layout.filterBlocks : nil else {
            return nil
        }
        return PlannedStep(
            node: node, operation: "Reorder", implementation: "\(value.layout) → \(layout), fovea:blocks",
            reads: [value], writes: [allocate(layout)], inPlace: [],
            work: .kernel { memory in
                {
                    // Safe: both places were planned for filters of these sizes.
                    var blocks = blocks
                    unsafe (isBlocking ? fovea_block_filters : fovea_unblock_filters)(
                        &blocks, memory.operand(0), memory.result(0))
                }
            })
    }

    /// The number of bytes below which waking a second thread takes longer than moving them.
    private static let smallMove = 1 << 16

    /// The tensor row by row: itself where it lies so already, whatever the layout's name, or a copy.
    func plain(_ value: Stored, for node: Node) throws -> Stored {
        let plain = try Layout(plain: value.layout.dimensions, value.layout.descriptor.data_type)
        return value.layout.isPlain ? value.viewed(as: plain) : try reorder(value, to: plain, for: node)
    }

    /// The step that runs a primitive, with the working memory it needs.
    ///
    /// - Parameter accumulating: the result that the primitive adds to.
    func planned(
        _ descriptor: PrimitiveDescriptor, threads: Int? = nil,
        reads: [(argument: Argument, stored: Stored)], writes: [(argument: Argument, stored: Stored)],
        accumulating: Stored? = nil, inPlace: [(result: Stored, operand: Stored)] = [], for node: Node,
        including: Node? = nil, mayMistakeNonFinite: Bool = false, operation: String, implementation: String
    ) -> PlannedStep {
        var written = writes
        let scratchpad = descriptor.layout(of: .scratchpad)
        if scratchpad.byteCount > 0 { written.append((.scratchpad, allocate(scratchpad))) }
        return PlannedStep(
            node: node, operation: operation, implementation: implementation,
            reads: reads.map(\.stored) + (accumulating.map { [$0] } ?? []), writes: written.map(\.stored),
            inPlace: inPlace, including: including, threads: threads, mayMistakeNonFinite: mayMistakeNonFinite,
            work: .primitive(descriptor, reads + written))
    }
}

extension ProgramBuilder {
    /// A copy of a tensor, made in every run at this point of the program: it may be overwritten.
    func copy(_ value: Stored, for node: Node) -> Stored {
        let result = allocate(value.layout)
        let byteCount = value.layout.byteCount
        steps.append(
            PlannedStep(
                node: node, operation: "Copy", implementation: "\(value.layout)", reads: [value], writes: [result],
                inPlace: [],
                work: .kernel { memory in
                    {
                        // Safe: both places were planned for the tensor's size.
                        unsafe UnsafeMutableRawPointer(memory.result(0, of: UInt8.self))
                            .copyMemory(from: memory.operand(0, of: UInt8.self), byteCount: byteCount)
                    }
                }))
        return result
    }
}
