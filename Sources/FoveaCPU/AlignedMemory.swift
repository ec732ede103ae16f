import FoveaGraph
import FoveaFoundation

/// Memory that begins at a cache line, filled with zeros.
@safe final class AlignedMemory: @unchecked Sendable {
    // Unchecked: neither address nor size changes; the owners of the memory decide who uses it when.

    /// The size of a cache line and of the widest vector.
    static let alignment = 64
    /// Memory that one entry of the processor's address table covers where the system permits: with an entry per 4 KiB,
    /// a program that walks through hundreds of megabytes exceeds the table.
    private static let hugePage = 2 << 20
    /// The size from which memory has its own pages, which return to the system when it is freed: programs come and go
    /// on several threads, and pieces of this size would be scattered over the allocator's arenas.
    private static let ownPages = 64 << 10

    let start: UnsafeMutableRawPointer
    let byteCount: Int
    /// The pages mapped for it; nil for a smaller piece, which is the allocator's.
    private let pages: UnsafeMutableRawBufferPointer?

    /// - Throws: ``FoveaError`` when there is not enough memory.
    init(byteCount: Int, for purpose: String) throws {
        try AvailableMemory.require(byteCount, for: purpose)
        var shortage: FoveaError { AvailableMemory.shortage(of: byteCount, for: purpose, available: nil) }
        if byteCount >= Self.ownPages {
            let isHuge = byteCount >= Self.hugePage
            // Fresh pages read as zero: nothing has to be cleared here.
            let (reserved, overflow) = byteCount.addingReportingOverflow(isHuge ? Self.hugePage : 0)
            guard !overflow else { throw shortage }
            let mapped = unsafe mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { throw shortage }
            unsafe start = isHuge ? unsafe mapped.alignedUp(toMultipleOf: Self.hugePage) : mapped
            unsafe pages = unsafe UnsafeMutableRawBufferPointer(start: mapped, count: reserved)
            #if os(Linux)
                // Advice only: without it everything works the same.
                if isHuge { _ = unsafe madvise(start, byteCount, MADV_HUGEPAGE) }
            #endif
        } else {
            var start: UnsafeMutableRawPointer?
            let status = unsafe posix_memalign(&start, Self.alignment, max(byteCount, Self.alignment))
            guard status == 0, let start = unsafe start else { throw shortage }
            unsafe memset(start, 0, byteCount)
            unsafe self.start = unsafe start
            unsafe pages = nil
        }
        self.byteCount = byteCount
    }

    /// Gives every page its own memory: pages that were never written are all the same page of zeros, which is always
    /// in the caches.
    func makeResident() { unsafe memset(start, 0, byteCount) }

    deinit {
        if let pages = unsafe pages {
            unsafe munmap(pages.baseAddress, pages.count)
        } else {
            unsafe free(start)
        }
    }
}
