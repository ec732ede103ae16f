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
        let copied: UnsafeMutableRawPointer?
    }

    init(_ context: CUDAContext, byteCount: Int) {
        self.context = context
        self.byteCount = byteCount
    }

    /// - Throws: ``FoveaError`` when the system gives no more memory that cannot be swapped.
    private func makeHalf() throws -> Half {
        let driver = context.driver
        var (memory, event): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) = (nil, nil)
        try context.libraries.check(
            unsafe driver.cuMemHostAlloc(&memory, byteCount, 0), "pinning \(byteCountText(byteCount)) of memory")
        do {
            try context.libraries.check(
                unsafe driver.cuEventCreate(&event, CUDAFlag.eventWithoutTiming), "making an event")
        } catch {
            _ = unsafe driver.cuMemFreeHost(memory)
            throw error
        }
        return unsafe Half(memory: memory, copied: event)
    }

    deinit {
        guard (try? context.makeCurrent()) != nil else { return }
        for half in halves {
            _ = unsafe context.driver.cuEventDestroy_v2(half.copied)
            _ = unsafe context.driver.cuMemFreeHost(half.memory)
        }
    }

    /// Puts a copy of tensors' elements on the stream, each at an offset; they may change or go as soon as this returns.
    ///
    /// What lies between them is copied, too.
    func send(_ tensors: [(tensor: Tensor, offset: Int)], to address: UInt64) throws {
        guard byteCount > 0 else { return }
        // What comes from the device, or is staged ahead, needs none.
        while halves.count < 2 { halves.append(try makeHalf()) }
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
