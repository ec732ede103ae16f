package import FoveaFoundation
import FoveaGraph

extension AvailableMemory {
    /// The least memory beyond the reserve that any computation takes: the stack of its thread, and loaded code.
    private static let roomToCompute = 32 << 20

    /// - Throws: ``FoveaError`` when the process's limits or the machine leave too little to compute at all.
    package static func requireRoomToCompute(for purpose: String) throws {
        guard let available = byteCount(), available < roomToCompute else { return }
        throw FoveaError(
            .unavailable,
            "Not enough memory: \(purpose) takes \(byteCountText(roomToCompute)) at least, and "
                + "\(byteCountText(available)) are available.", remedy: "Use \(more).")
    }

    /// The source of more memory, for remedies.
    package static var more: String {
        ProcessLimits.byteCount(reading: contents(ofSystemFile:)) == nil
            ? "a machine with more memory" : "higher limits for the process (`ulimit -v`, `ulimit -d`)"
    }
}
