import FoveaFoundation

/// The memory of a tensor's elements, which tensors share: it is written once and never changes.
@safe final class TensorBytes: @unchecked Sendable {
    // Unchecked: nothing writes after `init`, and the memory goes with the last who shares it.
    private let start: UnsafeMutableRawPointer
    private let count: Int
    /// Whether the memory is pages that were mapped for it.
    private let isMapped: Bool

    /// A line of the cache: aligned for every element, and for vectors of them.
    private static let alignment = 64
    /// From here on memory is pages of its own, which go back to the system when it is freed. The allocator would keep them:
    /// weights that are read one after the other would take as much memory as all of them.
    private static let ownPages = 1 << 20

    /// - Parameter fill: writes all of the memory.
    init(count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        self.count = count
        isMapped = count >= Self.ownPages
        if isMapped {
            let mapped = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
                // As the allocator does: whoever takes sizes from outside has asked for the memory before.
                fatalError("There is no memory for a tensor of \(count) bytes.")
            }
            unsafe start = mapped
        } else {
            unsafe start = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: Self.alignment)
        }
        // Safe: the memory has as many bytes. Where `fill` throws, `deinit` gives it back.
        unsafe try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
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
