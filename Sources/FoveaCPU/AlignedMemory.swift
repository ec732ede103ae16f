import FoveaGraph
import Foundation

/// A stretch of memory that begins at a cache line, filled with zeros.
@safe final class AlignedMemory {
    /// The size of a cache line and of the widest vector.
    static let alignment = 64
    /// What a processor's table of addresses covers with one entry where the system lets it: an entry per 4 KiB is too
    /// many for it when a program walks through hundreds of megabytes.
    private static let hugePage = 2 << 20

    let start: UnsafeMutableRawPointer
    let byteCount: Int

    /// - Throws: ``FoveaError`` when there is not enough memory.
    init(byteCount: Int, for purpose: String) throws {
        try AvailableMemory.require(byteCount, for: purpose)
        var start: UnsafeMutableRawPointer?
        let isHuge = byteCount >= Self.hugePage
        let status = unsafe posix_memalign(
            &start, isHuge ? Self.hugePage : Self.alignment, max(byteCount, Self.alignment))
        guard status == 0, let start = unsafe start else {
            throw AvailableMemory.shortage(of: byteCount, for: purpose, available: nil)
        }
        #if os(Linux)
            // Advice only: without it everything is as it was.
            if isHuge { _ = unsafe madvise(start, byteCount, MADV_HUGEPAGE) }
        #endif
        unsafe memset(start, 0, byteCount)
        unsafe self.start = unsafe start
        self.byteCount = byteCount
    }

    deinit { unsafe free(start) }
}
