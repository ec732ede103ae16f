import CFoveaCPU
import FoveaRuntime

extension Ceilings {
    /// The peak speeds of this number of threads: multiply-adds in registers, numbers streamed through memory and through
    /// each size of cache, and how long threads take to meet.
    ///
    /// Caches show by how fast memory of their size is; what the system says of them is often not the truth in a virtual
    /// machine. Takes about half a second. Runs on the calling thread.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    init(measuredOn threads: Int) throws {
        fovea_set_thread_count(Int32(threads))
        let rounds = 100_000
        var operations = 0.0
        let arithmetic = shortest(of: 5) { operations = fovea_multiply_and_add(rounds) }
        let memory = try AlignedMemory(byteCount: Self.roomSizes.last ?? 0, for: "measuring the memory's speed")
        memory.makeResident()
        let bandwidths = Self.roomSizes.map { size in
            let passes = max(1, Self.bytesOfTurn / size)
            // Safe: the memory holds as many numbers, all of them zero.
            let seconds = shortest(of: 5) {
                unsafe fovea_stream(
                    memory.start.assumingMemoryBound(to: Float.self), size / MemoryLayout<Float>.stride, passes)
            }
            return Bandwidth(byteCount: size, bytesPerSecond: 2 * Double(size * passes) / seconds)
        }
        let meetings = 1000
        let synchronization = shortest(of: 5) { fovea_synchronize(meetings) } / Double(meetings)
        self.init(
            operationsPerSecond: operations / arithmetic, bandwidths: bandwidths, synchronization: synchronization)
    }

    /// From less than two nearest caches to far more than any cache.
    private static let roomSizes = (16...28).filter { $0.isMultiple(of: 2) }.map { 1 << $0 }
    /// So many bytes are touched between two looks at the clock, where that is more than once.
    private static let bytesOfTurn = 32 << 20
}

/// The shortest time of an action, in seconds.
private func shortest(of count: Int, _ action: () -> Void) -> Double {
    (0..<count).map { _ in
        let (seconds, attoseconds) = ContinuousClock().measure(action).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }.min() ?? .infinity
}
