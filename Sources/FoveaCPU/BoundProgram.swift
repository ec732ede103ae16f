import CFoveaCPU
import FoveaGraph
import FoveaRuntime

/// The steps of a program over memory with known addresses: the program's, and the arena's current one.
@safe final class BoundProgram {
    enum Step {
        case primitive(BoundPrimitive)
        case kernel(() -> Void)

        @inline(__always)
        func run() throws {
            switch self {
            case .primitive(let primitive): try primitive.run()
            case .kernel(let run): run()
            }
        }
    }

    /// The treatment of an input when a run begins. Safe: its memory is planned for it.
    @safe enum Input {
        case isNotRead
        case isCopied(to: UnsafeMutableRawPointer)
        /// By primitives, which are given the address of this argument.
        case isReadInPlace([(primitive: BoundPrimitive, position: Int)])
    }

    /// The location of an output when a run ends. Safe: its memory is planned for it.
    @safe enum Output {
        case inArena(TensorType, offset: Int)
        /// In a state, which may change, or in memory that stays between runs.
        case elsewhere(TensorType, UnsafeMutableRawPointer)
    }

    let preparations: [(step: Step, threads: Int)]
    let runSteps: [(step: Step, threads: Int, isGuarded: Bool)]
    let guardValue: (dataType: DataType, bytes: UnsafeRawBufferPointer)?
    let inputs: [Input]
    let outputs: [Output]
    let copies: [(from: UnsafeMutableRawPointer, to: StateMemory)]

    /// - Parameter arena: the arena's memory, at least as large as planned; nothing runs after it has been replaced.
    init(
        _ lowered: LoweredGraph, of graph: Graph, _ plan: MemoryPlan, _ memory: ProgramMemory, arena: AlignedMemory,
        on engine: Engine
    ) throws {
        func address(_ buffer: Int) -> UnsafeMutableRawPointer { unsafe memory.address(of: buffer, arena: arena) }
        var readInPlace: [Int: [(primitive: BoundPrimitive, position: Int)]] = [:]
        func bound(_ step: PlannedStep) throws -> Step {
            switch step.work {
            case .primitive(let descriptor, let arguments):
                let placed = unsafe arguments.map { argument, stored in
                    let isElsewhere = plan.places[stored.buffer] == .caller
                    return unsafe (
                        argument: argument, layout: stored.layout, memory: isElsewhere ? nil : address(stored.buffer)
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
                let reads = unsafe step.reads.map { unsafe address($0.buffer) }
                let writes = unsafe step.writes.map { unsafe address($0.buffer) }
                return .kernel(prepare(unsafe KernelMemory(reads: reads, writes: writes)))
            }
        }
        let program = lowered.program
        preparations = try program.preparations.map { (try bound($0), $0.threads ?? engine.threads) }
        runSteps = try program.steps.enumerated().map { index, step in
            (try bound(step), step.threads ?? engine.threads, plan.guarded.contains(index))
        }
        unsafe guardValue =
            if let guardValue = graph.guardValue, let stored = lowered.guardValue {
                unsafe (
                    graph.type(of: guardValue).dataType,
                    UnsafeRawBufferPointer(
                        start: address(stored.buffer), count: graph.type(of: guardValue).byteCount)
                )
            } else {
                nil
            }
        inputs = lowered.inputs.map { stored in
            guard let stored else { return .isNotRead }
            if let readers = readInPlace[stored.buffer] { return .isReadInPlace(readers) }
            return unsafe .isCopied(to: address(stored.buffer))
        }
        outputs = zip(graph.outputs, lowered.outputs).map { output, stored in
            let type = graph.type(of: output.value)
            if case .arena(let offset) = plan.places[stored.buffer] { return .inArena(type, offset: offset) }
            return unsafe .elsewhere(type, address(stored.buffer))
        }
        unsafe copies = plan.copies.map { copy in unsafe (address(copy.from), program.state(ofBuffer: copy.state)) }
    }

    /// Whether the guard, once computed, lets the run change states.
    var mayUpdate: Bool {
        guard let (dataType, bytes) = unsafe guardValue else { return true }
        // Safe: the place was planned for a scalar of this type.
        return unsafe dataType.isFinite(bytes)
    }

    /// The results of a run, taken after it has computed them and before states change.
    func results(in arena: SharedArena) -> [any DeviceValue] {
        outputs.map { output in
            switch output {
            case .inArena(let type, let offset): return arena.result(type, at: offset)
            case .elsewhere(let type, let memory):
                // Safe: the place was planned for the type.
                return unsafe Tensor(type) { buffer in
                    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: type.byteCount))
                }
            }
        }
    }
}

extension ProgramBuilder {
    /// The state that a buffer represents.
    func state(ofBuffer buffer: Int) -> StateMemory {
        guard case .state(let state) = buffers[buffer].home else { preconditionFailure("updates belong to states") }
        return state
    }
}
