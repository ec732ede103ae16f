import CFoveaCUDA
import FoveaGraph

/// Times plans for a convolution on memory of their own.
struct ConvolutionTimer: Sendable {
    let context: CUDAContext
    let handle: CuDNNHandle

    private static let rounds = 3

    /// The least time of each plan in seconds; nil where there is too little memory, or one fails.
    func seconds(_ question: ConvolutionQuestion, _ plans: [ConvolutionPlan]) -> [Double]? {
        try? withMemory(for: question, plans) { memory in
            // Small numbers, of which sums stay finite: a kernel takes no longer for others.
            try memory.fill(with: 0x11)
            let clock = try DeviceClock(context)
            return try plans.map { plan in
                let bound = try memory.bound(plan, on: handle)
                // The first run loads the kernel.
                try bound.enqueue()
                return try (0..<Self.rounds).reduce(Double.infinity) { least, _ in
                    min(least, try clock.seconds { try bound.enqueue() })
                }
            }
        }
    }

    /// The plans whose results are NaN where all images are; none where there is too little memory.
    func keepingNaN(_ question: ConvolutionQuestion, _ plans: [ConvolutionPlan]) -> [ConvolutionPlan] {
        let kept = try? withMemory(for: question, plans) { memory in
            try plans.filter { plan in
                try memory.fill(with: 0)
                // All bits set are NaN in every floating-point type.
                try memory.fill(.images, with: 0xff)
                try memory.bound(plan, on: handle).enqueue()
                return try memory.result(question.dataType).isNaN
            }
        }
        return kept ?? []
    }

    private func withMemory<Result>(
        for question: ConvolutionQuestion, _ plans: [ConvolutionPlan], _ body: (TimerMemory) throws -> Result
    ) throws -> Result {
        try context.makeCurrent()
        return try body(
            TimerMemory(context, question, workspaceByteCount: plans.map(\.workspaceByteCount).max() ?? 0))
    }
}

/// Memory for the tensors of a convolution.
private struct TimerMemory {
    private let context: CUDAContext
    private let tensors: [ConvolutionTensorID: DeviceMemory]
    private let workspace: DeviceMemory

    init(_ context: CUDAContext, _ question: ConvolutionQuestion, workspaceByteCount: Int) throws {
        self.context = context
        var counts = [
            ConvolutionTensorID.images: question.images.elementCount, .filters: question.filters.elementCount,
            .results: question.results.elementCount,
        ]
        if let epilogue = question.epilogue {
            counts[.bias] = question.results[1]
            if epilogue.addsResidual { counts[.residual] = question.results.elementCount }
        }
        let size = question.dataType.byteCount
        tensors = try counts.mapValues {
            try DeviceMemory(context, byteCount: saturatingProduct($0, size), for: "timing convolutions")
        }
        workspace = try DeviceMemory(context, byteCount: workspaceByteCount, for: "timing convolutions")
    }

    func fill(with byte: UInt8) throws {
        for id in tensors.keys { try fill(id, with: byte) }
    }

    func fill(_ id: ConvolutionTensorID, with byte: UInt8) throws {
        guard let tensor = tensors[id] else { return }
        try context.fill(tensor.address, byteCount: tensor.byteCount, with: byte)
    }

    func bound(_ plan: ConvolutionPlan, on handle: CuDNNHandle) throws -> BoundConvolution {
        try BoundConvolution(plan, tensors: tensors.mapValues(\.address), workspace: workspace.address, on: handle)
    }

    /// The first element of the results.
    func result(_ type: DataType) throws -> Double {
        guard let results = tensors[.results] else { return 0 }
        // Safe: the results have an element, of the type.
        return try unsafe Tensor(TensorType([], type)) { unsafe try context.download(results.address, to: $0) }.doubles[
            0]
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
