/// The memory of a tensor's elements, which tensors share: it is written once and never changes.
@safe final class TensorBytes: @unchecked Sendable {
    // Unchecked: nothing writes after `init`, and the memory is freed with its last owner.
    private let start: UnsafeMutableRawPointer
    private let count: Int

    /// The size of a cache line: aligned for every element, and for vectors of them.
    private static let alignment = 64

    /// - Parameter fill: writes all of the memory.
    init(count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        unsafe start = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: Self.alignment)
        self.count = count
        // Safe: the memory has this many bytes. Where `fill` throws, `deinit` frees it.
        unsafe try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
    }

    deinit { unsafe start.deallocate() }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        // Safe: the memory stays while `body` runs.
        try withExtendedLifetime(self) { unsafe try body(UnsafeRawBufferPointer(start: start, count: count)) }
    }
}
