import CFoveaCUDA
import FoveaGraph
import Synchronization

/// A device with its context and the stream that all work runs on, in order.
@safe final class CUDAContext: @unchecked Sendable {
    // Unchecked: the driver's calls may come from any thread, and what is here never changes.
    let libraries: CUDALibraries
    let device: CUDADevice
    /// Whether fresh memory is filled with NaN.
    let poisonsMemory: Bool
    private let context: UnsafeMutableRawPointer?
    let stream: UnsafeMutableRawPointer?
    /// Held while a step is recorded: what another thread put on the stream meanwhile would be recorded with it.
    let recording = Mutex(())

    var driver: fovea_cuda_driver { libraries.driver }

    /// - Throws: ``FoveaError`` with code `unavailable` when there is no such device or Fovea cannot use it.
    init(_ libraries: CUDALibraries, ordinal: Int, poisonsMemory: Bool = false) throws {
        self.libraries = libraries
        self.poisonsMemory = poisonsMemory
        device = try CUDADevice(libraries, ordinal: ordinal)
        let driver = libraries.driver
        var context: UnsafeMutableRawPointer? = nil
        // The primary context: NVIDIA's other libraries bind to it.
        try libraries.check(
            unsafe driver.cuDevicePrimaryCtxRetain(&context, device.handle), "opening the device")
        unsafe self.context = unsafe context
        var stream: UnsafeMutableRawPointer? = nil
        do {
            try libraries.check(unsafe driver.cuCtxSetCurrent(context), "using the device")
            // Apart from the legacy stream, which cannot be captured.
            try libraries.check(unsafe driver.cuStreamCreate(&stream, CUDAFlag.nonBlockingStream), "making a stream")
        } catch {
            _ = driver.cuDevicePrimaryCtxRelease_v2(device.handle)
            throw error
        }
        unsafe self.stream = unsafe stream
    }

    deinit {
        try? makeCurrent()
        _ = unsafe driver.cuStreamDestroy_v2(stream)
        _ = driver.cuDevicePrimaryCtxRelease_v2(device.handle)
    }

    /// Makes the context the calling thread's: before any other call from a thread that may not have made one.
    func makeCurrent() throws {
        try libraries.check(unsafe driver.cuCtxSetCurrent(context), "using the device")
    }

    /// Waits for everything that was put on the stream.
    func synchronize() throws {
        try libraries.check(unsafe driver.cuStreamSynchronize(stream), "waiting for the device")
    }

    /// The bytes that can still be allocated.
    var availableByteCount: Int? {
        var (available, total) = (0, 0)
        guard (try? makeCurrent()) != nil,
            unsafe driver.cuMemGetInfo_v2(&available, &total) == CUDAStatus.success
        else { return nil }
        return available
    }

    /// Copies bytes of the host to the device and waits for it.
    func upload(_ bytes: UnsafeRawBufferPointer, to address: UInt64) throws {
        guard bytes.count > 0 else { return }
        try recording.withLock { _ in
            try libraries.check(
                unsafe driver.cuMemcpyHtoDAsync_v2(address, bytes.baseAddress, bytes.count, stream),
                "copying \(bytes.count) bytes to the device")
            try synchronize()
        }
    }

    /// Copies bytes of the device to the host and waits for it.
    func download(_ address: UInt64, to bytes: UnsafeMutableRawBufferPointer) throws {
        guard bytes.count > 0 else { return }
        try recording.withLock { _ in
            try libraries.check(
                unsafe driver.cuMemcpyDtoHAsync_v2(bytes.baseAddress, address, bytes.count, stream),
                "copying \(bytes.count) bytes from the device")
            try synchronize()
        }
    }

    func copy(_ source: UInt64, to address: UInt64, byteCount: Int) throws {
        guard byteCount > 0 else { return }
        try libraries.check(
            unsafe driver.cuMemcpyDtoDAsync_v2(address, source, byteCount, stream), "copying on the device")
    }

    /// Sets every byte.
    func fill(_ address: UInt64, byteCount: Int, with byte: UInt8 = 0) throws {
        guard byteCount > 0 else { return }
        try libraries.check(unsafe driver.cuMemsetD8Async(address, byte, byteCount, stream), "filling memory")
    }
}

/// Numbers of the driver's interface.
enum CUDAFlag {
    static let nonBlockingStream: UInt32 = 1
    /// Only calls of the capturing thread are checked for being allowed meanwhile.
    static let threadLocalCapture: Int32 = 1
    static let eventWithoutTiming: UInt32 = 2
}
