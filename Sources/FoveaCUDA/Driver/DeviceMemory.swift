import CFoveaCUDA
import FoveaGraph

/// An allocation on a device, freed with its last owner.
final class DeviceMemory: Sendable {
    let context: CUDAContext
    let address: UInt64
    let byteCount: Int

    /// Where kernels read 16 bytes at a time, and cuDNN wants its tensors.
    static let alignment = 256

    /// The bytes up to the next place where something else may begin.
    static func aligned(_ byteCount: Int) -> Int { (byteCount + alignment - 1) / alignment * alignment }

    /// - Throws: ``FoveaError`` with code `unavailable` that says how much is wanted and how much is free.
    init(_ context: CUDAContext, byteCount: Int, for purpose: @autoclosure () -> String) throws {
        self.context = context
        self.byteCount = byteCount
        guard byteCount > 0 else {
            address = 0
            return
        }
        try context.makeCurrent()
        var address: UInt64 = 0
        let code = unsafe context.driver.cuMemAlloc_v2(&address, byteCount)
        if code == CUDAStatus.outOfMemory {
            let free = context.availableByteCount.map { ", and \(byteCountText($0)) are free" } ?? ""
            throw FoveaError(
                .unavailable,
                "Not enough memory on \(context.device.name): \(purpose()) takes \(byteCountText(byteCount))\(free).",
                remedy: "Use a smaller batch or smaller images, or end what else runs on the device.")
        }
        try context.libraries.check(code, "allocating \(byteCountText(byteCount)) for \(purpose())")
        self.address = address
        // All bits set are NaN in every floating-point type.
        if context.poisonsMemory { try context.fill(address, byteCount: byteCount, with: 0xff) }
    }

    deinit {
        guard byteCount > 0, (try? context.makeCurrent()) != nil else { return }
        _ = context.driver.cuMemFree_v2(address)
    }
}
