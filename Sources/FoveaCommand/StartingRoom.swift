import FoveaCPU
import FoveaFoundation
import FoveaGraph

/// The memory and the threads that a command needs to start at all. Libraries that get no thread wait for one for ever,
/// and those that get no memory end the process.
enum StartingRoom {
    /// The needs of every command, and the reserve that others count on.
    private static let byteCount = 16 << 20 + AvailableMemory.reserve

    /// - Throws: ``FoveaError`` when the process's limits leave too little.
    static func require() throws {
        if let left = ProcessLimits.byteCount(reading: contents(ofSystemFile:)) {
            CPUBackend.shareAllocator()
            guard left >= byteCount else {
                throw FoveaError(
                    .unavailable,
                    "Not enough memory: the limits of the process leave \(byteCountText(left)), and starting takes "
                        + "\(byteCountText(byteCount)).",
                    remedy: "Raise the limit on address space or data (`ulimit -v`, `ulimit -d`).")
            }
        }
        try ThreadSupply.require(ThreadSupply.countOfPool + 1, for: "starting")
    }
}
