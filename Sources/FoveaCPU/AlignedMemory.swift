import FoveaGraph
import Foundation

/// A stretch of memory that begins at a cache line, filled with zeros.
@safe final class AlignedMemory {
    /// The size of a cache line and of the widest vector.
    static let alignment = 64

    let start: UnsafeMutableRawPointer
    let byteCount: Int

    /// - Throws: ``FoveaError`` when there is not enough memory.
    init(byteCount: Int, for purpose: String) throws {
        try AvailableMemory.require(byteCount, for: purpose)
        var start: UnsafeMutableRawPointer?
        let status = unsafe posix_memalign(&start, Self.alignment, max(byteCount, Self.alignment))
        guard status == 0, let start = unsafe start else {
            throw AvailableMemory.shortage(of: byteCount, for: purpose, available: nil)
        }
        unsafe memset(start, 0, byteCount)
        unsafe self.start = unsafe start
        self.byteCount = byteCount
    }

    deinit { unsafe free(start) }
}
