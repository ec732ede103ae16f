import FoveaFoundation

/// The memory of a tensor's elements, which tensors share: it is written once and never changes.
@safe final class TensorBytes: @unchecked Sendable {
    // Unchecked: nothing writes after `init`, and the memory is freed with its last owner.
    private let start: UnsafeMutableRawPointer
    private let count: Int
    /// Whether pages were mapped for the memory.
    private let isMapped: Bool

    /// The size of a cache line: aligned for every element, and for vectors of them.
    private static let alignment = 64
    /// The size from which memory has its own pages, which return to the system when it is freed. The allocator would keep
    /// them: weights read one after the other would take as much memory as all of them.
    private static let ownPages = 1 << 20

    /// - Parameter fill: writes all of the memory.
    init(count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        self.count = count
        let mapped = unsafe count >= Self.ownPages ? Self.pages(count) : nil
        isMapped = unsafe mapped != nil
        unsafe start = unsafe mapped ?? UnsafeMutableRawPointer.allocate(byteCount: count, alignment: Self.alignment)
        // Safe: the memory has this many bytes. Where `fill` throws, `deinit` frees it.
        unsafe try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
    }

    /// Fresh pages; nil where the system gives none, and the allocator has the last word.
    private static func pages(_ count: Int) -> UnsafeMutableRawPointer? {
        let mapped = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return unsafe mapped == MAP_FAILED ? nil : mapped
    }

    deinit {
        if isMapped {
            unsafe munmap(start, count)
        } else {
            unsafe start.deallocate()
        }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        // Safe: the memory stays while `body` runs.
        try withExtendedLifetime(self) { unsafe try body(UnsafeRawBufferPointer(start: start, count: count)) }
    }
}
