import FoveaGraph
import FoveaRuntime

/// A graph as steps over buffers: each node lowered, and inputs, outputs and updates tied to buffers.
struct LoweredGraph {
    let program: ProgramBuilder
    /// The memory of each of the graph's inputs; nil for one that nothing reads.
    let inputs: [Stored?]
    /// The outputs, row by row.
    let outputs: [Stored]
    /// The number that must be finite for states to change.
    let guardValue: Stored?
    /// States and their new values, both as buffers.
    let updates: [(state: Int, value: Int)]
    /// Whether preparations have separate memory, where they stay valid until a state that they depend on is written.
    /// Where another program updates it they are soon repeated, and lie in the arena until another program works there.
    let keepsPreparations: Bool

    /// - Parameter isCareful: whether every step must treat NaN and infinities by the definitions.
    init(
        _ graph: Graph, state: [String: any DeviceBuffer], selecting selection: KernelSelection,
        generating generation: KernelGeneration? = nil, isCareful: Bool = false, on engine: Engine
    ) throws {
        let program = ProgramBuilder(
            graph, selecting: selection, generating: generation, isCareful: isCareful, on: engine)
        var inputs: [Stored?] = []
        var states: [String: Stored] = [:]
        let updated = Set(graph.updates.map(\.state))
        for (index, node) in graph.nodes.enumerated() {
            let id = ValueID(node: index)
            program.question = nil
            switch node.operation {
            case let placeholder as Placeholder where placeholder.role == .input:
                let stored = program.isRead(id) ? program.allocate(try Layout(plain: placeholder.type)) : nil
                if let stored { program.define(id, as: stored) }
                inputs.append(stored)
            case let placeholder as Placeholder:
                guard let memory = state[placeholder.name] as? StateMemory, memory.type == placeholder.type else {
                    throw FoveaError(
                        .internalDefect, "The state `\(placeholder.name)` is not in the CPU's memory.")
                }
                let stored = program.allocate(
                    try Layout(plain: placeholder.type), home: .state(memory),
                    isSteady: !updated.contains(placeholder.name))
                program.define(id, as: stored)
                states[placeholder.name] = stored
            case let constant as Constant:
                let layout = try Layout(plain: constant.tensor.type)
                program.define(id, as: program.allocate(layout, home: .constant(constant.tensor), isSteady: true))
            case let operation as any CPULowerable:
                try operation.lower(NodeLowering(index, of: graph, into: program))
            default:
                throw FoveaError(.internalDefect, "The CPU was given \(node.purpose), which it does not support.")
            }
        }
        program.question = nil
        func plain(_ id: ValueID) throws -> Stored { try program.plain(program.value(id), for: graph.nodes[id.node]) }
        outputs = try graph.outputs.map { try plain($0.value) }
        guardValue = try graph.guardValue.map(plain)
        updates = try graph.updates.map { update in
            guard let state = states[update.state] else {
                throw FoveaError(.internalDefect, "The graph updates `\(update.state)`, which is not a state of it.")
            }
            let value = try plain(update.value)
            // The old value of a state that is also overwritten: copied before any state changes, so that two states
            // can swap.
            let isOldValue = states.contains { updated.contains($0.key) && $0.value.buffer == value.buffer }
            return (
                state.buffer,
                isOldValue ? program.copy(value, for: graph.nodes[update.value.node]).buffer : value.buffer
            )
        }
        let neededAfterRuns = Set(outputs.map(\.buffer) + updates.map(\.value) + (guardValue.map { [$0.buffer] } ?? []))
        for input in inputs.compactMap(\.self) where !neededAfterRuns.contains(input.buffer) {
            program.readWhereCallerHasIt(input)
        }
        program.dropUnreadPreparations(keeping: neededAfterRuns)
        keepsPreparations = !program.preparedStates.contains(where: \.isUpdatedByProgram)
        self.program = program
        self.inputs = inputs
    }
}

extension LoweredGraph {
    /// The buffers that a step, the caller or a state reads.
    var readBuffers: Set<Int> {
        Set(
            program.steps.flatMap { $0.reads.map(\.buffer) } + outputs.map(\.buffer) + updates.map(\.value)
                + (guardValue.map { [$0.buffer] } ?? []))
    }

    /// The memory of all buffers while the steps run.
    var memoryPlan: MemoryPlan {
        MemoryPlan(
            buffers: program.buffers, preparations: program.preparations, steps: program.steps,
            inputs: inputs.compactMap { $0?.buffer }, outputs: outputs.map(\.buffer), updates: updates,
            guardBuffer: guardValue?.buffer, keepsPreparations: keepsPreparations, alignment: AlignedMemory.alignment)
    }
}
