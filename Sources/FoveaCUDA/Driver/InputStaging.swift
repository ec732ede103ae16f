import CFoveaCUDA
import FoveaGraph

/// Brings tensors to the device on a stream of its own, while the device computes.
@safe final class InputStaging: @unchecked Sendable {
    // Unchecked: used on the device's compute thread only.
    private let context: CUDAContext
    private var stream: UnsafeMutableRawPointer?
    /// Places by their size, for other tensors as soon as nobody holds them.
    private var places: [Int: [StagedTensor]] = [:]

    init(_ context: CUDAContext) { self.context = context }

    deinit {
        guard unsafe stream != nil, (try? context.makeCurrent()) != nil else { return }
        _ = unsafe context.driver.cuStreamSynchronize(stream)
        _ = unsafe context.driver.cuStreamDestroy_v2(stream)
    }

    /// Begins to copy a tensor to the device; it may change or go as soon as this returns.
    func stage(_ tensor: Tensor) throws -> CUDAValue {
        let libraries = context.libraries
        try context.makeCurrent()
        if unsafe stream == nil {
            try libraries.check(
                unsafe context.driver.cuStreamCreate(&stream, CUDAFlag.nonBlockingStream), "making a stream")
        }
        let place = try freePlace(tensor.type.byteCount)
        try unsafe place.fill(tensor, on: stream)
        return CUDAValue(tensor.type, in: .staged(place))
    }

    private func freePlace(_ byteCount: Int) throws -> StagedTensor {
        var known = places.removeValue(forKey: byteCount) ?? []
        defer { places[byteCount] = known }
        if let free = known.indices.first(where: { isKnownUniquelyReferenced(&known[$0]) }) { return known[free] }
        let fresh = try StagedTensor(context, byteCount: byteCount)
        known.append(fresh)
        return fresh
    }
}

/// A place on the device with the host's memory that it is filled from.
@safe final class StagedTensor: @unchecked Sendable {
    // Unchecked: used on the device's compute thread only.
    let memory: DeviceMemory
    private let host: UnsafeMutableRawPointer?
    /// That the last copy to the device has ended.
    private var filled: UnsafeMutableRawPointer?
    /// That the last program that was given the tensor has read it.
    private var consumed: UnsafeMutableRawPointer?

    /// - Throws: ``FoveaError`` when the device or the system has too little memory.
    init(_ context: CUDAContext, byteCount: Int) throws {
        memory = try DeviceMemory(context, byteCount: byteCount, for: "a batch that is brought ahead")
        let (driver, libraries) = (context.driver, context.libraries)
        var host: UnsafeMutableRawPointer? = nil
        if byteCount > 0 {
            try libraries.check(
                unsafe driver.cuMemHostAlloc(&host, byteCount, 0), "pinning \(byteCountText(byteCount)) of memory")
        }
        unsafe self.host = unsafe host
        try libraries.check(unsafe driver.cuEventCreate(&filled, CUDAFlag.eventWithoutTiming), "making an event")
        try libraries.check(unsafe driver.cuEventCreate(&consumed, CUDAFlag.eventWithoutTiming), "making an event")
    }

    deinit {
        let driver = memory.context.driver
        guard (try? memory.context.makeCurrent()) != nil else { return }
        if unsafe filled != nil {
            _ = unsafe driver.cuEventSynchronize(filled)
            _ = unsafe driver.cuEventDestroy_v2(filled)
        }
        if unsafe consumed != nil {
            _ = unsafe driver.cuEventSynchronize(consumed)
            _ = unsafe driver.cuEventDestroy_v2(consumed)
        }
        if unsafe host != nil { _ = unsafe driver.cuMemFreeHost(host) }
    }

    fileprivate func fill(_ tensor: Tensor, on stream: UnsafeMutableRawPointer?) throws {
        let (driver, libraries) = (memory.context.driver, memory.context.libraries)
        // Events that were never recorded are complete.
        try libraries.check(unsafe driver.cuEventSynchronize(filled), "waiting for a copy")
        // Safe: the place was made for as many bytes as the tensor has.
        unsafe tensor.withBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe host?.copyMemory(from: source, byteCount: bytes.count)
        }
        try libraries.check(unsafe driver.cuStreamWaitEvent(stream, consumed, 0), "waiting for a step")
        if memory.byteCount > 0 {
            try libraries.check(
                unsafe driver.cuMemcpyHtoDAsync_v2(memory.address, host, memory.byteCount, stream),
                "bringing a batch ahead")
        }
        try libraries.check(unsafe driver.cuEventRecord(filled, stream), "recording a copy")
    }

    /// Puts a copy of the tensor on the context's stream.
    func copy(to address: UInt64) throws {
        let (context, driver, libraries) = (memory.context, memory.context.driver, memory.context.libraries)
        try libraries.check(unsafe driver.cuStreamWaitEvent(context.stream, filled, 0), "waiting for a batch")
        try context.copy(memory.address, to: address, byteCount: memory.byteCount)
        try libraries.check(unsafe driver.cuEventRecord(consumed, context.stream), "recording a copy")
    }

    /// The elements, as soon as they are there.
    func tensor(_ type: TensorType) throws -> Tensor {
        try memory.context.makeCurrent()
        try memory.context.libraries.check(
            unsafe memory.context.driver.cuEventSynchronize(filled), "waiting for a copy")
        // Safe: both have the type's byte count.
        return try unsafe Tensor(type) { unsafe try memory.context.download(memory.address, to: $0) }
    }
}
