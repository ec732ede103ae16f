import CFoveaCUDA
import FoveaGraph

/// Small results of a run in the host's memory, to which the device copies them while the host goes on: reading them waits
/// for their run, not for those that were started after it.
@safe final class HostResults: @unchecked Sendable {
    // Unchecked: filled on the device's compute thread before anybody has it; what is read then no longer changes.
    private let context: CUDAContext
    private let memory: UnsafeMutableRawPointer?
    private let copied: UnsafeMutableRawPointer?

    /// - Throws: ``FoveaError`` when the system gives no more memory that cannot be swapped.
    init(_ context: CUDAContext, byteCount: Int) throws {
        self.context = context
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
        unsafe self.memory = unsafe memory
        unsafe copied = unsafe event
    }

    deinit {
        guard (try? context.makeCurrent()) != nil else { return }
        // The device may still write.
        _ = unsafe context.driver.cuEventSynchronize(copied)
        _ = unsafe context.driver.cuEventDestroy_v2(copied)
        _ = unsafe context.driver.cuMemFreeHost(memory)
    }

    /// Puts copies on the stream.
    func fill(_ results: [(address: UInt64, byteCount: Int, offset: Int)]) throws {
        let (driver, libraries) = (context.driver, context.libraries)
        for result in results where result.byteCount > 0 {
            // Safe: the offsets are those that the memory was made for.
            let place = unsafe memory.map { unsafe $0 + result.offset }
            try libraries.check(
                unsafe driver.cuMemcpyDtoHAsync_v2(place, result.address, result.byteCount, context.stream),
                "copying a result")
        }
        try libraries.check(unsafe driver.cuEventRecord(copied, context.stream), "recording a copy")
    }

    /// The elements at an offset, as soon as they are there.
    func tensor(_ type: TensorType, at offset: Int) throws -> Tensor {
        try context.makeCurrent()
        try context.libraries.check(unsafe context.driver.cuEventSynchronize(copied), "waiting for the device")
        // Safe: both have the type's byte count.
        return unsafe Tensor(type) { target in
            guard let start = target.baseAddress, let memory = unsafe memory else { return }
            unsafe start.copyMemory(from: memory + offset, byteCount: type.byteCount)
        }
    }
}
