import FoveaFoundation
import FoveaGraph
import Synchronization

/// The memory that all programs of a backend work in, one run at a time: as large as the largest of them needs.
///
/// Nothing in it outlives a run but results that nobody has read; they move out before the next run.
@safe final class SharedArena: @unchecked Sendable {
    // Unchecked: what changes is read and written by whoever works exclusively only.
    private let lock = Mutex(())
    private(set) var memory: AlignedMemory
    /// Raised whenever the memory has become another: addresses taken before are of no use any more.
    private(set) var generation = 0
    /// Whose program worked here last, so that what it has prepared here is still here; nil where it is not.
    var tenant: ArenaTenant?
    /// The results of the last run.
    private var results: [ArenaValue] = []

    init() throws { memory = try AlignedMemory(byteCount: 0, for: "programs") }

    /// Does some work while nobody else uses the arena.
    func exclusively<Result: Sendable>(_ work: () throws -> Result) rethrows -> Result {
        try lock.withLock { _ in try work() }
    }

    /// The size of the arena now.
    var byteCount: Int { exclusively { memory.byteCount } }

    /// Grows where there is less memory than this. Of whoever works exclusively.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    func reserve(_ byteCount: Int) throws {
        guard byteCount > memory.byteCount else { return }
        try AvailableMemory.require(byteCount - memory.byteCount, for: "the program")
        vacate()
        generation += 1
        tenant = nil
        // The old memory goes first: there need not be room for both.
        memory = try AlignedMemory(byteCount: 0, for: "the program")
        memory = try AlignedMemory(byteCount: byteCount, for: "the program")
    }

    /// Moves results of the last run that somebody still has out of the arena. Of whoever works exclusively.
    func vacate() {
        for index in results.indices where !isKnownUniquelyReferenced(&results[index]) { results[index].leaveArena() }
        results.removeAll(keepingCapacity: true)
    }

    /// A result of the run that ends, which lies here. Of whoever works exclusively.
    func result(_ type: TensorType, at offset: Int) -> ArenaValue {
        let value = ArenaValue(type, in: memory, at: offset)
        results.append(value)
        return value
    }
}

/// Tells one program in the arena from another.
final class ArenaTenant: Sendable {}
