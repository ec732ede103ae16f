import CFoveaCUDA
import FoveaGraph

/// Times plans for a convolution on memory of their own.
struct ConvolutionTimer: Sendable {
    let context: CUDAContext
    let handle: CuDNNHandle

    private static let rounds = 3

    /// The least time of each plan in seconds; nil where there is too little memory, or one fails.
    func seconds(_ question: ConvolutionQuestion, _ plans: [ConvolutionPlan]) -> [Double]? {
        let size = question.dataType.byteCount
        let workspace = plans.map(\.workspaceByteCount).max() ?? 0
        let shapes = [question.images, question.filters, question.results]
        do {
            try context.makeCurrent()
            let memory = try (shapes.map { saturatingProduct($0.elementCount, size) } + [workspace]).map {
                try DeviceMemory(context, byteCount: $0, for: "timing convolutions")
            }
            // Small numbers, of which sums stay finite: a kernel takes no longer for others.
            for tensor in memory { try context.fill(tensor.address, byteCount: tensor.byteCount, with: 0x11) }
            let clock = try DeviceClock(context)
            return try plans.map { plan in
                let bound = try BoundConvolution(
                    plan, images: memory[0].address, filters: memory[1].address, results: memory[2].address,
                    workspace: memory[3].address, on: handle)
                // The first run loads the kernel.
                try bound.enqueue()
                return try (0..<Self.rounds).reduce(Double.infinity) { least, _ in
                    min(least, try clock.seconds { try bound.enqueue() })
                }
            }
        } catch {
            return nil
        }
    }
}

/// Measures work on a context's stream by the device's own clock.
@safe private final class DeviceClock {
    private let context: CUDAContext
    private var start: UnsafeMutableRawPointer?
    private var end: UnsafeMutableRawPointer?

    init(_ context: CUDAContext) throws {
        self.context = context
        let driver = context.driver
        try context.libraries.check(unsafe driver.cuEventCreate(&start, 0), "making an event")
        try context.libraries.check(unsafe driver.cuEventCreate(&end, 0), "making an event")
    }

    deinit {
        if unsafe start != nil { _ = unsafe context.driver.cuEventDestroy_v2(start) }
        if unsafe end != nil { _ = unsafe context.driver.cuEventDestroy_v2(end) }
    }

    func seconds(_ enqueue: () throws -> Void) throws -> Double {
        let (driver, libraries) = (context.driver, context.libraries)
        try libraries.check(unsafe driver.cuEventRecord(start, context.stream), "recording a time")
        try enqueue()
        try libraries.check(unsafe driver.cuEventRecord(end, context.stream), "recording a time")
        try libraries.check(unsafe driver.cuEventSynchronize(end), "waiting for the device")
        var milliseconds: Float = 0
        try libraries.check(unsafe driver.cuEventElapsedTime(&milliseconds, start, end), "measuring a time")
        return Double(milliseconds) / 1e3
    }
}
