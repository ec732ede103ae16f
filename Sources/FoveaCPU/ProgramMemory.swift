import FoveaGraph

/// The locations of a program's buffers: in the arena, in separate memory that stays between runs, in states.
@safe final class ProgramMemory {
    /// The memory that stays between runs.
    private let kept: AlignedMemory
    private let places: [MemoryPlan.Place]
    private let states: [Int: StateMemory]

    /// - Throws: ``FoveaError`` when there is not enough memory.
    init(_ plan: MemoryPlan, _ buffers: [Buffer]) throws {
        kept = try AlignedMemory(byteCount: plan.keptByteCount, for: "the program")
        places = plan.places
        var states: [Int: StateMemory] = [:]
        for (index, buffer) in buffers.enumerated() {
            if case .state(let memory) = buffer.home { states[index] = memory }
        }
        self.states = states
        for (index, buffer) in buffers.enumerated() {
            guard case .constant(let tensor) = buffer.home, case .kept(let offset) = places[index] else { continue }
            // Safe: the place was planned for the tensor's size.
            unsafe tensor.withBytes { bytes in
                if let start = bytes.baseAddress {
                    unsafe (kept.start + offset).copyMemory(from: start, byteCount: bytes.count)
                }
            }
        }
    }

    /// The address of a buffer while the arena's memory is this.
    @unsafe func address(of buffer: Int, arena: AlignedMemory) -> UnsafeMutableRawPointer {
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
