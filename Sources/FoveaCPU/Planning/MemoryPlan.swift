import FoveaRuntime

/// Decides which buffers share memory: results that overwrite an operand, updates that are written straight into their
/// state, and arena buffers that are needed at different times.
struct MemoryPlan {
    /// A state's new value that has to be copied at the end of a run.
    struct Copy {
        let from: Int
        let state: Int
    }

    /// The location of a buffer.
    enum Place: Equatable {
        case arena(offset: Int)
        /// Stays between runs.
        case kept(offset: Int)
        /// The memory of the state that this buffer represents.
        case state(buffer: Int)
        /// The caller's memory, different in each run.
        case caller
    }

    /// The place of each buffer.
    let places: [Place]
    let copies: [Copy]
    /// Steps of a run that write into states: left out if the guard is not finite, and where steps are only timed.
    let guarded: Set<Int>
    let arenaByteCount: Int
    let keptByteCount: Int

    /// - Parameters:
    ///   - preparations: steps that come before those of a run, but not in every run.
    ///   - inputs: buffers that are filled before the first step.
    ///   - outputs: buffers that are read after the last step, before `updates` are copied.
    ///   - updates: states (buffers) and the buffers of their new values.
    ///   - guardBuffer: the number that must be finite for states to change.
    ///   - keepsPreparations: whether their results have separate memory, instead of a place in the arena that no step
    ///     of a run writes to.
    init(
        buffers: [Buffer], preparations: [PlannedStep], steps runSteps: [PlannedStep], inputs: [Int], outputs: [Int],
        updates: [(state: Int, value: Int)], guardBuffer: Int?, keepsPreparations: Bool, alignment: Int
    ) {
        let steps = preparations + runSteps
        let neededInRuns = Set(
            runSteps.flatMap(\.reads).map(\.buffer) + outputs + updates.map(\.value) + (guardBuffer.map { [$0] } ?? []))
        let kept = neededInRuns.intersection(preparations.flatMap(\.writes).map(\.buffer))
        var sharing = Sharing(buffers: buffers, kept: kept, steps: steps)
        for input in inputs { sharing.touch(input, at: preparations.count - 1) }
        for output in outputs { sharing.touch(output, at: steps.count) }
        for update in updates { sharing.touch(update.value, at: steps.count) }
        if let guardBuffer { sharing.touch(guardBuffer, at: steps.count) }

        var copies: [Copy] = []
        var guarded: Set<Int> = []
        // A step that may be left out must come after the guard, and only states may depend on it.
        let read = Set(steps.flatMap { $0.reads.map(\.buffer) } + outputs)
        let guardStep = guardBuffer.map { sharing.firstWrite[$0] ?? -1 }
        for update in updates {
            let step = sharing.firstWrite[update.value]
            let mayBeLeftOut =
                if let guardStep, let step {
                    step > guardStep && !steps[step].writes.contains { read.contains($0.buffer) }
                } else {
                    guardStep == nil
                }
            if mayBeLeftOut, let step, sharing.writeDirectly(update.value, into: update.state) {
                guarded.insert(step - preparations.count)
            } else {
                copies.append(Copy(from: update.value, state: update.state))
            }
        }
        sharing.shareInPlace()

        (places, arenaByteCount, keptByteCount) = sharing.placed(
            keepingPreparations: keepsPreparations, alignment: alignment)
        self.copies = copies
        self.guarded = guarded
    }
}

/// The buffers that share memory so far, and the lifetime of that memory.
private struct Sharing {
    let buffers: [Buffer]
    /// Buffers that are written by preparations and read in runs, so that they do not share memory.
    let kept: Set<Int>
    let steps: [PlannedStep]
    /// The buffer whose memory each buffer uses.
    var owner: [Int]
    /// The number of other buffers that use the memory of each buffer.
    private var guestCounts: [Int]
    /// The number of steps that write each buffer.
    private let writeCounts: [Int]
    /// From the first to the last step that touches the memory of each owner.
    var lifetimes: [ClosedRange<Int>?]
    /// The step that fills each buffer.
    private(set) var firstWrite: [Int?]

    init(buffers: [Buffer], kept: Set<Int>, steps: [PlannedStep]) {
        self.buffers = buffers
        self.kept = kept
        self.steps = steps
        owner = Array(buffers.indices)
        guestCounts = [Int](repeating: 0, count: buffers.count)
        var writeCounts = [Int](repeating: 0, count: buffers.count)
        for step in steps {
            for buffer in Set(step.writes.map(\.buffer)) { writeCounts[buffer] += 1 }
        }
        self.writeCounts = writeCounts
        lifetimes = [ClosedRange<Int>?](repeating: nil, count: buffers.count)
        firstWrite = [Int?](repeating: nil, count: buffers.count)
        for (index, step) in steps.enumerated() {
            for stored in step.reads + step.writes { touch(stored.buffer, at: index) }
            for stored in step.writes where firstWrite[stored.buffer] == nil { firstWrite[stored.buffer] = index }
        }
    }

    /// The location of each buffer, and the memory that this takes in the arena and between runs.
    func placed(
        keepingPreparations: Bool, alignment: Int
    ) -> (places: [MemoryPlan.Place], arenaByteCount: Int, keptByteCount: Int) {
        var requests: [ArenaPlanner.Request] = []
        var requestOfBuffer: [Int: Int] = [:]
        var keptByteCount = 0
        var keptOffsets: [Int: Int] = [:]
        for index in buffers.indices where owner[index] == index {
            switch buffers[index].home {
            case .state, .caller: break
            case .arena where !kept.contains(index):
                guard let lifetime = lifetimes[index] else { continue }
                requestOfBuffer[index] = requests.count
                requests.append(ArenaPlanner.Request(byteCount: buffers[index].byteCount, lifetime: lifetime))
            case .arena where !keepingPreparations:
                requestOfBuffer[index] = requests.count
                requests.append(
                    ArenaPlanner.Request(byteCount: buffers[index].byteCount, lifetime: -1...steps.count))
            case .constant, .arena:
                keptOffsets[index] = keptByteCount
                keptByteCount += (buffers[index].byteCount + alignment - 1) / alignment * alignment
            }
        }
        let arena = ArenaPlanner(requests, alignment: alignment)
        let places = buffers.indices.map { index -> MemoryPlan.Place in
            let owner = self.owner[index]
            if let offset = keptOffsets[owner] { return .kept(offset: offset) }
            switch buffers[owner].home {
            case .state: return .state(buffer: owner)
            case .caller: return .caller
            case .arena, .constant: break
            }
            // A buffer that no step touches needs no place.
            return .arena(offset: requestOfBuffer[owner].map { arena.offsets[$0] } ?? 0)
        }
        return (places, arena.byteCount, keptByteCount)
    }

    mutating func touch(_ buffer: Int, at step: Int) {
        let lifetime = lifetimes[buffer] ?? step...step
        lifetimes[buffer] = min(lifetime.lowerBound, step)...max(lifetime.upperBound, step)
    }

    /// Computes a state's new value where the state lies, unless the old value is read later.
    mutating func writeDirectly(_ value: Int, into state: Int) -> Bool {
        guard writeCounts[value] == 1, isUnsharedArenaBuffer(value),
            buffers[value].byteCount == buffers[state].byteCount,
            let write = firstWrite[value], let lifetime = lifetimes[value]
        else { return false }
        if let stateLifetime = lifetimes[state], stateLifetime.upperBound >= write {
            guard stateLifetime.upperBound == write, mayReplace(state, by: value, at: write) else { return false }
        }
        merge(value, into: state, lifetime)
        return true
    }

    /// Lets results overwrite operands that are not needed later.
    mutating func shareInPlace() {
        for (index, step) in steps.enumerated() {
            for (result, operand) in step.inPlace {
                let operandOwner = owner[operand.buffer]
                guard isUnsharedArenaBuffer(result.buffer), firstWrite[result.buffer] == index,
                    isArenaBuffer(operandOwner), operandOwner != result.buffer,
                    buffers[operandOwner].byteCount == buffers[result.buffer].byteCount,
                    lifetimes[operandOwner]?.upperBound == index,
                    mayReplace(operand.buffer, by: result.buffer, at: index),
                    let lifetime = lifetimes[result.buffer]
                else { continue }
                merge(result.buffer, into: operandOwner, lifetime)
            }
        }
    }

    private func isArenaBuffer(_ buffer: Int) -> Bool {
        if case .arena = buffers[buffer].home { !kept.contains(buffer) } else { false }
    }

    private func isUnsharedArenaBuffer(_ buffer: Int) -> Bool {
        isArenaBuffer(buffer) && owner[buffer] == buffer && guestCounts[buffer] == 0
    }

    /// Whether a step declares that the operand may be overwritten by the result, and does not read it in another role.
    private func mayReplace(_ operand: Int, by result: Int, at step: Int) -> Bool {
        steps[step].inPlace.contains { $0.result.buffer == result && $0.operand.buffer == operand }
            && steps[step].reads.count { owner[$0.buffer] == owner[operand] } == 1
            && !steps[step].writes.contains { owner[$0.buffer] == owner[operand] }
    }

    private mutating func merge(_ buffer: Int, into other: Int, _ lifetime: ClosedRange<Int>) {
        owner[buffer] = other
        guestCounts[other] += 1
        touch(other, at: lifetime.lowerBound)
        touch(other, at: lifetime.upperBound)
    }
}
