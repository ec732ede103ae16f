import CFoveaCPU
import FoveaRuntime

extension Ceilings {
    /// The peak speeds of this number of threads: multiply-adds in registers, and numbers streamed through memory.
    ///
    /// Takes about a quarter of a second. Runs on the calling thread.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    init(measuredOn threads: Int) throws {
        fovea_set_thread_count(Int32(threads))
        var (operationsPerSecond, bytesPerSecond) = (0.0, 0.0)
        let rounds = 100_000
        for _ in 0..<5 {
            var operations = 0.0
            let seconds = ContinuousClock().measure { operations = fovea_multiply_and_add(rounds) }.inSeconds
            operationsPerSecond = max(operationsPerSecond, operations / seconds)
        }
        // Far more than the caches hold.
        let memory = try AlignedMemory(byteCount: 256 << 20, for: "measuring the memory's speed")
        let count = memory.byteCount / MemoryLayout<Float>.stride
        for _ in 0..<5 {
            // Safe: the memory holds `count` numbers, all of them zero.
            let seconds = ContinuousClock().measure {
                unsafe fovea_stream(memory.start.assumingMemoryBound(to: Float.self), count)
            }.inSeconds
            bytesPerSecond = max(bytesPerSecond, Double(2 * memory.byteCount) / seconds)
        }
        self.init(operationsPerSecond: operationsPerSecond, bytesPerSecond: bytesPerSecond)
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
