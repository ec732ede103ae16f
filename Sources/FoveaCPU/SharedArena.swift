import FoveaFoundation
import FoveaGraph
import Synchronization

/// The memory that all programs of a backend work in, one run at a time: as large as the largest of them needs.
///
/// Only results that have not been read outlive a run; they move out before the next run.
@safe final class SharedArena: @unchecked Sendable {
    // Unchecked: mutable state is accessed only with exclusive access.
    private let lock = Mutex(())
    private(set) var memory: AlignedMemory
    /// Raised whenever the memory is replaced: earlier addresses are invalid from then on.
    private(set) var generation = 0
    /// The program that worked here last, so that its preparations here are still valid; nil where they are not.
    var tenant: ArenaTenant?
    /// The results of the last run.
    private var results: [ArenaValue] = []

    init() throws { memory = try AlignedMemory(byteCount: 0, for: "programs") }

    /// Does some work while nobody else uses the arena.
    func exclusively<Result: Sendable>(_ work: () throws -> Result) rethrows -> Result {
        try lock.withLock { _ in try work() }
    }

    /// The current size of the arena.
    var byteCount: Int { exclusively { memory.byteCount } }

    /// Grows to at least this size. Requires exclusive access.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    func reserve(_ byteCount: Int) throws {
        guard byteCount > memory.byteCount else { return }
        try AvailableMemory.require(byteCount - memory.byteCount, for: "the program")
        vacate()
        generation += 1
        tenant = nil
        // The old memory is freed first: there need not be room for both.
        memory = try AlignedMemory(byteCount: 0, for: "the program")
        memory = try AlignedMemory(byteCount: byteCount, for: "the program")
    }

    /// Moves results of the last run that are still referenced out of the arena. Requires exclusive access.
    func vacate() {
        for index in results.indices where !isKnownUniquelyReferenced(&results[index]) { results[index].leaveArena() }
        results.removeAll(keepingCapacity: true)
    }

    /// A result of the current run, which lies here. Requires exclusive access.
    func result(_ type: TensorType, at offset: Int) -> ArenaValue {
        let value = ArenaValue(type, in: memory, at: offset)
        results.append(value)
        return value
    }
}

/// Distinguishes one program in the arena from another.
final class ArenaTenant: Sendable {}
