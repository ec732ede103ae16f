import CFoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaFoundation

/// A graph lowered to a flat list of steps over memory that is assigned once: a run says where its inputs are or copies
/// them in, walks the list, and copies the outputs out.
@safe final class CPUExecutable: Executable, @unchecked Sendable {
    // Unchecked: like every executable it is used on its device's compute thread only.
    private enum Step {
        case primitive(BoundPrimitive)
        case kernel(() -> Void)
    }

    /// What becomes of an input when a run begins. Safe: its memory is planned for it.
    @safe private enum Input {
        case isNotRead
        case isCopied(to: UnsafeMutableRawPointer)
        /// By primitives, which are told where to find this argument.
        case isReadInPlace([(primitive: BoundPrimitive, position: Int)])
    }

    private let threads: Int
    private let preparations: [(step: Step, threads: Int)]
    /// The states that preparations read, and their versions at that time; nil where a preparation has failed.
    private let preparedStates: [StateMemory]
    private var preparedVersions: [Int]?
    private let runSteps: [(step: Step, threads: Int, isGuarded: Bool)]
    private let guardValue: (type: TensorType, memory: UnsafeMutableRawPointer)?
    private let inputs: [Input]
    private let outputs: [(type: TensorType, memory: UnsafeMutableRawPointer)]
    private let copies: [(from: UnsafeMutableRawPointer, to: StateMemory)]
    private let updatedStates: [StateMemory]
    let steps: [ExecutableStep]
    /// The memory that the pointers point into, kept as long as they are.
    private let memory: ProgramMemory
    private let engine: Engine
    private let watch: InvalidOperationWatch?
    /// Whether a run forgets first what its threads noticed before. Not until that has once been taken for something of a
    /// run: asking a team twice takes as long as a small network's layers.
    private var forgetsFirst = false
    /// Whether an operation was invalid when preparations ran.
    private var hasPreparedNonFinite = false
    /// The same graph by steps that make of NaN and infinities what the definitions say: made when first needed.
    private var careful: CPUExecutable?
    private let makeCareful: (ProgramMemory) throws -> CPUExecutable

    convenience init(
        _ graph: Graph, state: [String: any DeviceBuffer], selecting kernels: KernelSelection, on engine: Engine
    ) throws {
        try self.init(graph, state: state, selecting: kernels, isCareful: false, sharing: nil, on: engine)
    }

    /// - Parameters:
    ///   - isCareful: whether NaN and infinities must come out of every step as the definitions say.
    ///   - other: memory of a program that never runs at the same time.
    private init(
        _ graph: Graph, state: [String: any DeviceBuffer], selecting kernels: KernelSelection, isCareful: Bool,
        sharing other: ProgramMemory?, on engine: Engine
    ) throws {
        var lowered = try LoweredGraph(
            graph, state: state, selecting: kernels, generating: engine.threads > 1 ? KernelGeneration() : nil,
            isCareful: isCareful, on: engine)
        var plan = lowered.memoryPlan
        if lowered.mistakesNonFiniteTooLate(plan) {
            lowered = try LoweredGraph(graph, state: state, selecting: kernels.untimed, isCareful: true, on: engine)
            plan = lowered.memoryPlan
        }
        let program = lowered.program
        let memory = try ProgramMemory(plan, program.buffers, sharing: other)
        var readInPlace: [Int: [(primitive: BoundPrimitive, position: Int)]] = [:]
        func bound(_ step: PlannedStep) throws -> Step {
            switch step.work {
            case .primitive(let descriptor, let arguments):
                let placed = unsafe arguments.map { argument, stored in
                    let isElsewhere = plan.places[stored.buffer] == .caller
                    return unsafe (
                        argument: argument, layout: stored.layout,
                        memory: isElsewhere ? nil : memory.address(of: stored.buffer)
                    )
                }
                fovea_set_thread_count(Int32(step.threads ?? engine.threads))
                defer { fovea_set_thread_count(Int32(engine.threads)) }
                let primitive = try descriptor.primitive(for: step.purpose)
                let bound = try unsafe BoundPrimitive(primitive, placed, on: engine, for: step.purpose)
                for (position, (_, stored)) in arguments.enumerated() where plan.places[stored.buffer] == .caller {
                    readInPlace[stored.buffer, default: []].append((bound, position))
                }
                return .primitive(bound)
            case .kernel(let prepare):
                let reads = unsafe step.reads.map { unsafe memory.address(of: $0.buffer) }
                let writes = unsafe step.writes.map { unsafe memory.address(of: $0.buffer) }
                return .kernel(prepare(unsafe KernelMemory(reads: reads, writes: writes)))
            }
        }
        threads = engine.threads
        self.engine = engine
        self.memory = memory
        watch = InvalidOperationWatch(program.steps, threads: engine.threads)
        makeCareful = { memory in
            try CPUExecutable(
                graph, state: state, selecting: kernels.untimed, isCareful: true, sharing: memory, on: engine)
        }
        preparations = try program.preparations.map { (try bound($0), $0.threads ?? engine.threads) }
        preparedStates = program.preparedStates
        runSteps = try program.steps.enumerated().map { index, step in
            (try bound(step), step.threads ?? engine.threads, plan.guarded.contains(index))
        }
        unsafe guardValue =
            if let guardValue = graph.guardValue, let stored = lowered.guardValue {
                unsafe (graph.type(of: guardValue), memory.address(of: stored.buffer))
            } else {
                nil
            }
        inputs = lowered.inputs.map { stored in
            guard let stored else { return .isNotRead }
            if let readers = readInPlace[stored.buffer] { return .isReadInPlace(readers) }
            return unsafe .isCopied(to: memory.address(of: stored.buffer))
        }
        unsafe outputs = zip(graph.outputs, lowered.outputs).map { output, stored in
            unsafe (graph.type(of: output.value), memory.address(of: stored.buffer))
        }
        func owner(ofState buffer: Int) -> StateMemory {
            guard case .state(let state) = program.buffers[buffer].home else {
                preconditionFailure("updates belong to states")
            }
            return state
        }
        unsafe copies = plan.copies.map { copy in unsafe (memory.address(of: copy.from), owner(ofState: copy.state)) }
        updatedStates = lowered.updates.map { owner(ofState: $0.state) }
        steps = program.steps.map { step in
            let nodes = step.operation == step.node.operation.operationName ? [step.including, step.node] : []
            return ExecutableStep(
                path: step.node.location.path, operation: step.operation, device: "cpu",
                implementation: step.implementation + (step.threads == 1 ? ", one thread" : ""),
                multiplyAdds: nodes.compactMap(\.self).map(graph.multiplyAdds(of:)).reduce(0, +),
                byteCount: (step.reads + step.writes).reduce(0) { $0 + $1.layout.byteCount })
        }
        // Already now, so that a program is ready when its first input is.
        try prepare()
    }

    func run(_ given: [Tensor], stopwatch: Stopwatch?) throws -> [Tensor] {
        // The size of the team belongs to the calling thread.
        var team = threads
        fovea_set_thread_count(Int32(team))
        defer { if team != threads { fovea_set_thread_count(Int32(threads)) } }
        try prepare()
        // Before the first step that writes one: what other programs have prepared from them is old from then on.
        for state in updatedStates { state.noteUpdate() }
        if !hasPreparedNonFinite {
            if let results = try take(given[...], { try compute(stopwatch, &team) }) { return results }
            if !forgetsFirst {
                forgetsFirst = true
                stopwatch?.start()
                if let results = try take(given[...], { try compute(stopwatch, &team) }) { return results }
            }
        }
        engine.noteCarefulRun()
        let careful = try careful ?? makeCareful(memory)
        self.careful = careful
        return try careful.run(given)
    }

    /// Copies inputs to where they are read, or has them read where they are while `body` runs.
    private func take<Result>(_ given: ArraySlice<Tensor>, _ body: () throws -> Result) throws -> Result {
        guard let tensor = given.first else { return try body() }
        // Safe: the program has checked the types, each place was planned for its type, and bytes stay until `body`
        // has ended.
        return unsafe try tensor.withBytes { bytes in
            if let start = bytes.baseAddress {
                switch inputs[given.startIndex] {
                case .isNotRead: break
                case .isCopied(let memory): unsafe memory.copyMemory(from: start, byteCount: bytes.count)
                case .isReadInPlace(let readers):
                    for (primitive, position) in readers { try unsafe primitive.place(position, at: start) }
                }
            }
            return try take(given.dropFirst(), body)
        }
    }

    /// Nil where a step may have mistaken NaN or an infinity; no state has changed then.
    private func compute(_ stopwatch: Stopwatch?, _ team: inout Int) throws -> [Tensor]? {
        if forgetsFirst { watch?.begin() }
        stopwatch?.skip()
        for (index, (step, wanted, isGuarded)) in runSteps.enumerated() {
            if wanted != team {
                team = wanted
                fovea_set_thread_count(Int32(team))
            }
            if !isGuarded || mayUpdate { try Self.run(step) }
            if let watch, watch.hasNoticed(after: index) { return nil }
            stopwatch?.lap()
        }
        // Outputs first: one may be a state's old value.
        let results = unsafe outputs.map { type, memory in
            unsafe Tensor(type) { buffer in
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: type.byteCount))
            }
        }
        guard mayUpdate else { return results }
        unsafe copies.forEach { from, state in
            unsafe state.start.copyMemory(from: from, byteCount: state.type.byteCount)
        }
        return results
    }

    /// Makes what runs read and none of them changes, such as weights in the layout that a kernel wants; again when a
    /// state that it is made of has changed.
    private func prepare() throws {
        if let preparedVersions, zip(preparedVersions, preparedStates).allSatisfy({ $0 == $1.version }) { return }
        preparedVersions = nil
        hasPreparedNonFinite = false
        watch?.begin()
        defer { fovea_set_thread_count(Int32(threads)) }
        for (step, wanted) in preparations {
            fovea_set_thread_count(Int32(wanted))
            try Self.run(step)
            if let watch, watch.hasNoticedAnything() { hasPreparedNonFinite = true }
        }
        preparedVersions = preparedStates.map(\.version)
    }

    /// Whether the guard, once it has been computed, lets the run change states.
    private var mayUpdate: Bool {
        guard let (type, memory) = unsafe guardValue else { return true }
        // Safe: the place was planned for a scalar of this type.
        return unsafe type.dataType.isFinite(UnsafeRawBufferPointer(start: memory, count: type.byteCount))
    }

    @inline(__always)
    private static func run(_ step: Step) throws {
        switch step {
        case .primitive(let primitive): try primitive.run()
        case .kernel(let run): run()
        }
    }
}

/// The memory of a program's buffers: one arena, one stretch of what stays between runs, and the device's states.
@safe private final class ProgramMemory {
    private let arena: AlignedMemory
    /// What stays between runs.
    private let kept: AlignedMemory
    private let places: [MemoryPlan.Place]
    private let states: [Int: StateMemory]

    /// - Parameter other: memory of a program that never runs at the same time, whose arena serves this one too if it is
    ///   large enough.
    init(_ plan: MemoryPlan, _ buffers: [Buffer], sharing other: ProgramMemory?) throws {
        let shared = other.flatMap { $0.arena.byteCount >= plan.arenaByteCount ? $0.arena : nil }
        try AvailableMemory.require(
            saturatingSum(shared == nil ? plan.arenaByteCount : 0, plan.keptByteCount), for: "the program")
        arena = try shared ?? AlignedMemory(byteCount: plan.arenaByteCount, for: "the program")
        kept = try AlignedMemory(byteCount: plan.keptByteCount, for: "the program")
        places = plan.places
        var states: [Int: StateMemory] = [:]
        for (index, buffer) in buffers.enumerated() {
            if case .state(let memory) = buffer.home { states[index] = memory }
        }
        self.states = states
        for (index, buffer) in buffers.enumerated() {
            guard case .constant(let tensor) = buffer.home else { continue }
            // Safe: the place was planned for the tensor's size.
            unsafe tensor.withBytes { bytes in
                if let start = bytes.baseAddress {
                    unsafe address(of: index).copyMemory(from: start, byteCount: bytes.count)
                }
            }
        }
    }

    @unsafe func address(of buffer: Int) -> UnsafeMutableRawPointer {
        switch places[buffer] {
        case .arena(let offset): return unsafe arena.start + offset
        case .kept(let offset): return unsafe kept.start + offset
        case .state(let owner):
            guard let state = states[owner] else { preconditionFailure("every state has its memory") }
            return unsafe state.start
        case .caller: preconditionFailure("only primitives read what the caller has")
        }
    }
}
