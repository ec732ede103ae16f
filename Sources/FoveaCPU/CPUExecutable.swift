import CFoveaCPU
import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// A graph lowered to a flat list of steps over memory that is assigned once: a run binds its inputs or copies them in,
/// walks the list, and returns its outputs.
///
/// It shares the arena with all programs of its backend. Steps are bound again when the arena's address has changed
/// because a larger program was compiled.
@safe final class CPUExecutable: Executable, @unchecked Sendable {
    // Unchecked: only the holder of exclusive access to the arena uses it.
    private let graph: Graph
    private let lowered: LoweredGraph
    private let plan: MemoryPlan
    /// The memory of this program alone, and the places of all buffers.
    private let memory: ProgramMemory
    private let arena: SharedArena
    private let engine: Engine
    private let tenant = ArenaTenant()
    private var bound: (program: BoundProgram, generation: Int)?
    /// The states that preparations read, and their versions at that time; nil where a preparation has failed.
    private let preparedStates: [StateMemory]
    private var preparedVersions: [Int]?
    private let updatedStates: [StateMemory]
    let steps: [ExecutableStep]
    private let watch: InvalidOperationWatch?
    /// Whether a run first clears what its threads noticed before. Only after that has once been mistaken for an event
    /// of a run: asking a team twice takes as long as a small network's layers.
    private var forgetsFirst = false
    /// Whether an operation was invalid when preparations ran.
    private var hasPreparedNonFinite = false
    /// The same graph with steps that treat NaN and infinities by the definitions; made on first use.
    private var careful: CPUExecutable?
    private let makeCareful: () throws -> CPUExecutable

    convenience init(
        _ graph: Graph, state: [String: any DeviceBuffer], selecting kernels: KernelSelection, in arena: SharedArena,
        on engine: Engine
    ) throws {
        let lowered = try LoweredGraph(
            graph, state: state, selecting: kernels, generating: engine.threads > 1 ? KernelGeneration() : nil,
            on: engine)
        let plan = lowered.memoryPlan
        let isCareful = lowered.mistakesNonFiniteTooLate(plan)
        try self.init(
            graph, state: state, selecting: kernels, isCareful: isCareful, plannedAs: isCareful ? nil : (lowered, plan),
            in: arena, on: engine)
        for state in updatedStates { state.noteUpdatingProgram() }
        // Bound already now, so that a program is ready when its first input is.
        try arena.exclusively {
            arena.vacate()
            let program = try boundProgram()
            if lowered.keepsPreparations { try prepare(program) }
        }
    }

    /// - Parameters:
    ///   - isCareful: whether every step must treat NaN and infinities by the definitions.
    ///   - planned: the graph's steps and their memory, if known.
    private init(
        _ graph: Graph, state: [String: any DeviceBuffer], selecting kernels: KernelSelection, isCareful: Bool,
        plannedAs planned: (LoweredGraph, MemoryPlan)? = nil, in arena: SharedArena, on engine: Engine
    ) throws {
        let lowered =
            try planned?.0
            ?? LoweredGraph(graph, state: state, selecting: kernels.untimed, isCareful: isCareful, on: engine)
        let plan = planned?.1 ?? lowered.memoryPlan
        memory = try ProgramMemory(plan, lowered.program.buffers)
        watch = InvalidOperationWatch(lowered.program.steps, threads: engine.threads)
        makeCareful = {
            try CPUExecutable(
                graph, state: state, selecting: kernels.untimed, isCareful: true, in: arena, on: engine)
        }
        preparedStates = lowered.program.preparedStates
        updatedStates = lowered.updates.map { lowered.program.state(ofBuffer: $0.state) }
        let read = lowered.readBuffers
        steps = lowered.program.steps.map { $0.reported(of: graph, reading: read) }
        self.graph = graph
        self.lowered = lowered
        self.plan = plan
        self.arena = arena
        self.engine = engine
    }

    /// The steps at the arena's current address. Requires exclusive access to the arena.
    private func boundProgram() throws -> BoundProgram {
        try arena.reserve(plan.arenaByteCount)
        if let bound, bound.generation == arena.generation { return bound.program }
        // Released before it is replaced: both together would keep the memory of each argument twice.
        bound = nil
        let program = try BoundProgram(lowered, of: graph, plan, memory, arena: arena.memory, on: engine)
        bound = (program, arena.generation)
        return program
    }

    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue] {
        try arena.exclusively {
            arena.vacate()
            // Values in the arena have moved out, so that they are read where they lie, like the host's.
            return try run(try inputs.map { try $0.read() }, stopwatch)
        }
    }

    /// Requires exclusive access to the arena.
    private func run(_ given: [Tensor], _ stopwatch: Stopwatch?) throws -> [any DeviceValue] {
        let program = try boundProgram()
        // The size of the team belongs to the calling thread.
        var team = engine.threads
        fovea_set_thread_count(Int32(team))
        defer { if team != engine.threads { fovea_set_thread_count(Int32(engine.threads)) } }
        try prepare(program)
        // Before the first step that writes one: other programs' preparations from these states are outdated now.
        for state in updatedStates { state.noteUpdate() }
        if !hasPreparedNonFinite {
            if let results = try take(given[...], program, { try compute(program, stopwatch, &team) }) {
                return results
            }
            if !forgetsFirst {
                forgetsFirst = true
                stopwatch?.start()
                if let results = try take(given[...], program, { try compute(program, stopwatch, &team) }) {
                    return results
                }
            }
        }
        engine.noteCarefulRun()
        let careful = try careful ?? makeCareful()
        self.careful = careful
        return try careful.run(given, nil)
    }

    /// The questions whose answers each of the steps runs or prepares for.
    var questions: [String?] { lowered.program.steps.map(\.question) }

    /// The bytes that preparations and constants keep between runs.
    var keptByteCount: Int { plan.keptByteCount }

    /// The mean seconds of each step over some runs that compute nothing of interest. Steps that would change a state are left
    /// out.
    func stepTimes(_ inputs: [Tensor], runs: Int) throws -> [Double] {
        try arena.exclusively {
            arena.vacate()
            let program = try boundProgram()
            try prepare(program)
            defer { fovea_set_thread_count(Int32(engine.threads)) }
            let stopwatch = Stopwatch(steps: steps.count)
            for _ in 0..<runs {
                stopwatch.start()
                try take(inputs[...], program) {
                    stopwatch.skip()
                    for (step, wanted, isGuarded) in program.runSteps {
                        fovea_set_thread_count(Int32(wanted))
                        if !isGuarded { try step.run() }
                        stopwatch.lap()
                    }
                }
            }
            return stopwatch.seconds.map { $0 / Double(runs) }
        }
    }

    /// Copies inputs to where they are read, or binds them where they lie while `body` runs.
    private func take<Result>(
        _ given: ArraySlice<Tensor>, _ program: BoundProgram, _ body: () throws -> Result
    ) throws -> Result {
        guard let tensor = given.first else { return try body() }
        // Safe: the program has checked the types, each place was planned for its type, and bytes stay until `body` has
        // ended.
        return unsafe try tensor.withBytes { bytes in
            if let start = bytes.baseAddress {
                switch program.inputs[given.startIndex] {
                case .isNotRead: break
                case .isCopied(let memory): unsafe memory.copyMemory(from: start, byteCount: bytes.count)
                case .isReadInPlace(let readers):
                    for (primitive, position) in readers { try unsafe primitive.place(position, at: start) }
                }
            }
            return try take(given.dropFirst(), program, body)
        }
    }

    /// Nil where a step may have mistaken NaN or an infinity; no state has changed then.
    private func compute(
        _ program: BoundProgram, _ stopwatch: Stopwatch?, _ team: inout Int
    ) throws -> [any DeviceValue]? {
        if forgetsFirst { watch?.begin() }
        stopwatch?.skip()
        for (index, (step, wanted, isGuarded)) in program.runSteps.enumerated() {
            if wanted != team {
                team = wanted
                fovea_set_thread_count(Int32(team))
            }
            if !isGuarded || program.mayUpdate { try step.run() }
            if let watch, watch.hasNoticed(after: index) { return nil }
            stopwatch?.lap()
        }
        // Outputs first: one may be a state's old value.
        let results = program.results(in: arena)
        guard program.mayUpdate else { return results }
        unsafe program.copies.forEach { from, state in
            unsafe state.start.copyMemory(from: from, byteCount: state.type.byteCount)
        }
        return results
    }

    /// Computes what runs read and none of them changes, such as weights in a kernel's layout; again when a state that
    /// it depends on has changed, or when it lay in the arena and another program has worked there.
    private func prepare(_ program: BoundProgram) throws {
        let isThere = lowered.keepsPreparations || arena.tenant === tenant
        arena.tenant = tenant
        if isThere, let preparedVersions, zip(preparedVersions, preparedStates).allSatisfy({ $0 == $1.version }) {
            return
        }
        preparedVersions = nil
        hasPreparedNonFinite = false
        watch?.begin()
        defer { fovea_set_thread_count(Int32(engine.threads)) }
        for (step, wanted) in program.preparations {
            fovea_set_thread_count(Int32(wanted))
            try step.run()
            if let watch, watch.hasNoticedAnything() { hasPreparedNonFinite = true }
        }
        preparedVersions = preparedStates.map(\.version)
    }
}

extension PlannedStep {
    /// The step as a line of a program's report.
    ///
    /// - Parameter read: the buffers that something reads; what a step writes to others is its scratch memory.
    fileprivate func reported(of graph: Graph, reading read: Set<Int>) -> ExecutableStep {
        let nodes = operation == node.operation.operationName && !isSideWork ? [including, node] : []
        return ExecutableStep(
            path: node.location.path, operation: operation, device: "cpu",
            implementation: implementation + (threads == 1 ? ", one thread" : ""),
            multiplyAdds: nodes.compactMap(\.self).map(graph.multiplyAdds(of:)).reduce(0, +),
            byteCount: (reads + writes.filter { read.contains($0.buffer) }).reduce(0) { $0 + $1.layout.byteCount })
    }
}
