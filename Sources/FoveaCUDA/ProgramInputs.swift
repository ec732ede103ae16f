import FoveaGraph
import FoveaRuntime

/// The inputs of a program: their places on the device, and the host's memory that they are copied from.
///
/// Small ones, such as classes, rates and keys, lie side by side in memory of their own and take one copy.
struct ProgramInputs {
    private struct Large {
        let input: Int
        let address: UInt64
        let byteCount: Int
        let staging: PinnedStaging
    }

    private struct Small {
        let input: Int
        let offset: Int
        let byteCount: Int
    }

    private let context: CUDAContext
    private var large: [Large] = []
    private var small: [Small] = []
    /// The small ones' memory.
    private let block: DeviceMemory
    private let blockStaging: PinnedStaging

    /// - Parameter buffers: those of a plan.
    init(_ buffers: [PlannedBuffer], on context: CUDAContext) throws {
        self.context = context
        var byteCount = 0
        for buffer in buffers {
            guard case .input(let input) = buffer.home, buffer.isSmallInput else { continue }
            small.append(Small(input: input, offset: byteCount, byteCount: buffer.byteCount))
            byteCount += DeviceMemory.aligned(buffer.byteCount)
        }
        block = try DeviceMemory(context, byteCount: byteCount, for: "small inputs")
        blockStaging = PinnedStaging(context, byteCount: byteCount)
    }

    /// The address of a small input.
    func address(ofSmall input: Int) -> UInt64? {
        small.first { $0.input == input }.map { block.address + UInt64($0.offset) }
    }

    mutating func addLarge(_ input: Int, at address: UInt64, byteCount: Int) {
        large.append(
            Large(
                input: input, address: address, byteCount: byteCount,
                staging: PinnedStaging(context, byteCount: byteCount)))
    }

    /// Puts copies of the inputs of a run on the stream.
    func send(_ given: [any DeviceValue]) throws {
        for place in large {
            if let own = given[place.input] as? CUDAValue, try own.copy(to: place.address, on: context) { continue }
            try place.staging.send([(given[place.input].read(), 0)], to: place.address)
        }
        // Those that lie on a device are copied after the block.
        let fromHost = small.filter { !(given[$0.input] is CUDAValue) }
        if !fromHost.isEmpty {
            try blockStaging.send(fromHost.map { (try given[$0.input].read(), $0.offset) }, to: block.address)
        }
        for place in small {
            guard let own = given[place.input] as? CUDAValue else { continue }
            let address = block.address + UInt64(place.offset)
            if try own.copy(to: address, on: context) { continue }
            try unsafe own.read().withBytes { unsafe try context.upload($0, to: address) }
        }
    }
}
