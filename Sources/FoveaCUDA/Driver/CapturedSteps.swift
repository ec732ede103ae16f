import CFoveaCUDA
import FoveaGraph

/// Work that was recorded once and is started as a whole: a CUDA graph.
@safe final class CapturedSteps: @unchecked Sendable {
    // Unchecked: used on the device's compute thread only; never changed.
    private let context: CUDAContext
    private let executable: UnsafeMutableRawPointer?
    /// Number of launches, copies and fills.
    let nodeCount: Int

    /// Records what `enqueue` puts on the stream; nothing of it runs.
    init(_ context: CUDAContext, _ enqueue: () throws -> Void) throws {
        self.context = context
        let (driver, libraries) = (context.driver, context.libraries)
        try libraries.check(
            unsafe driver.cuStreamBeginCapture_v2(context.stream, CUDAFlag.threadLocalCapture), "recording a step")
        var graph: UnsafeMutableRawPointer? = nil
        do {
            try enqueue()
        } catch {
            // The stream stays unusable until its recording has ended.
            _ = unsafe driver.cuStreamEndCapture(context.stream, &graph)
            if unsafe graph != nil { _ = unsafe driver.cuGraphDestroy(graph) }
            throw error
        }
        try libraries.check(unsafe driver.cuStreamEndCapture(context.stream, &graph), "recording a step")
        defer { _ = unsafe driver.cuGraphDestroy(graph) }
        var count = 0
        try libraries.check(unsafe driver.cuGraphGetNodes(graph, nil, &count), "recording a step")
        nodeCount = count
        var executable: UnsafeMutableRawPointer? = nil
        try libraries.check(
            unsafe driver.cuGraphInstantiateWithFlags(&executable, graph, 0), "preparing a recorded step")
        unsafe self.executable = unsafe executable
        try libraries.check(unsafe driver.cuGraphUpload(executable, context.stream), "preparing a recorded step")
    }

    deinit {
        guard (try? context.makeCurrent()) != nil else { return }
        _ = unsafe context.driver.cuGraphExecDestroy(executable)
    }

    func launch() throws {
        try context.libraries.check(
            unsafe context.driver.cuGraphLaunch(executable, context.stream), "starting a recorded step")
    }
}
