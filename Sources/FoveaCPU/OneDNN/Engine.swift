import CFoveaCPU
import Synchronization

/// oneDNN's engine for the processor, which makes primitives, and the stream on which they run in order.
///
/// A class and not a `~Copyable` struct because the backend, its buffers and its executables share it.
@safe final class Engine: @unchecked Sendable {
    // Unchecked: the handles never change, oneDNN lets any thread use an engine, and the stream of a processor holds
    // nothing between calls.
    let handle: dnnl_engine_t
    let stream: dnnl_stream_t
    /// Every primitive takes its working memory from the arena instead of allocating it itself.
    let attributes: dnnl_primitive_attr_t
    /// The number of threads that run a primitive by default.
    let threads: Int
    private let carefulRuns = Atomic(0)

    init(threads: Int) throws {
        self.threads = threads
        // oneDNN 2.6's cache of primitives makes the order in which it lists implementations depend on earlier ones,
        // made on any thread; kernels are chosen by their place in that list.
        try check(dnnl_set_primitive_cache_capacity(0), "no cache")
        var handle: dnnl_engine_t?
        try unsafe check(dnnl_engine_create(&handle, dnnl_cpu, 0), "an engine")
        var stream: dnnl_stream_t?
        try unsafe check(dnnl_stream_create(&stream, handle, UInt32(dnnl_stream_default_flags.rawValue)), "a stream")
        var attributes: dnnl_primitive_attr_t?
        try unsafe check(dnnl_primitive_attr_create(&attributes), "attributes")
        try unsafe check(
            dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "working memory")
        guard let handle = unsafe handle, let stream = unsafe stream, let attributes = unsafe attributes else {
            preconditionFailure("oneDNN reported success and made nothing")
        }
        unsafe self.handle = handle
        unsafe self.stream = stream
        unsafe self.attributes = attributes
    }

    deinit {
        // Safe: users of the engine keep it alive. Destroying does not fail.
        unsafe dnnl_primitive_attr_destroy(attributes)
        unsafe dnnl_stream_destroy(stream)
        unsafe dnnl_engine_destroy(handle)
    }

    /// The number of runs that had to be repeated because an operation was invalid.
    var carefulRunCount: Int { carefulRuns.load(ordering: .relaxed) }

    func noteCarefulRun() { carefulRuns.add(1, ordering: .relaxed) }

    var context: fovea_context { unsafe fovea_context(engine: handle, attributes: attributes) }
}
