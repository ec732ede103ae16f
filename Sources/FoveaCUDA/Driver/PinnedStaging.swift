import CFoveaCUDA
import FoveaGraph

/// Memory of the host that the device copies from while the host goes on: two halves, so that one is filled while the other
/// is copied.
@safe final class PinnedStaging: @unchecked Sendable {
    // Unchecked: used on the device's compute thread only.
    private let context: CUDAContext
    private let byteCount: Int
    private var halves: [Half] = []
    private var next = 0

    /// Memory, and the event that its copy is complete.
    @safe private struct Half {
        let memory: UnsafeMutableRawPointer?
        var copied: UnsafeMutableRawPointer?
    }

    /// - Throws: ``FoveaError`` when the system gives no more memory that cannot be swapped.
    init(_ context: CUDAContext, byteCount: Int) throws {
        self.context = context
        self.byteCount = byteCount
        let driver = context.driver
        guard byteCount > 0 else { return }
        for _ in 0..<2 {
            var (memory, event): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) = (nil, nil)
            try context.libraries.check(
                unsafe driver.cuMemHostAlloc(&memory, byteCount, 0), "pinning \(byteCountText(byteCount)) of memory")
            halves.append(unsafe Half(memory: memory, copied: nil))
            try context.libraries.check(
                unsafe driver.cuEventCreate(&event, CUDAFlag.eventWithoutTiming), "making an event")
            unsafe halves[halves.count - 1].copied = unsafe event
        }
    }

    deinit {
        guard (try? context.makeCurrent()) != nil else { return }
        for half in halves {
            if unsafe half.copied != nil { _ = unsafe context.driver.cuEventDestroy_v2(half.copied) }
            _ = unsafe context.driver.cuMemFreeHost(half.memory)
        }
    }

    /// Puts a copy of tensors' elements on the stream, each at an offset; they may change or go as soon as this returns.
    ///
    /// What lies between them is copied, too.
    func send(_ tensors: [(tensor: Tensor, offset: Int)], to address: UInt64) throws {
        guard byteCount > 0 else { return }
        let half = halves[next]
        next = 1 - next
        let (driver, libraries) = (context.driver, context.libraries)
        // An event that was never recorded is complete.
        try libraries.check(unsafe driver.cuEventSynchronize(half.copied), "waiting for a copy")
        for (tensor, offset) in tensors {
            // Safe: the half was made for tensors of these types at these offsets, which the program has checked.
            unsafe tensor.withBytes { bytes in
                guard let source = bytes.baseAddress, let memory = unsafe half.memory else { return }
                unsafe (memory + offset).copyMemory(from: source, byteCount: bytes.count)
            }
        }
        try libraries.check(
            unsafe driver.cuMemcpyHtoDAsync_v2(address, half.memory, byteCount, context.stream), "copying an input")
        try libraries.check(unsafe driver.cuEventRecord(half.copied, context.stream), "recording a copy")
    }
}
