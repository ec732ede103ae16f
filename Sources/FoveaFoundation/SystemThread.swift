/// The parameters of a starting thread.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Starts a thread that runs `body` and ends.
///
/// - Parameters:
///   - name: the name in tools that list threads; Linux shows 15 bytes.
///   - stackSize: in bytes.
/// - Throws: ``FoveaError`` when the system permits no thread.
package func startThread(name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void) throws {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    #if canImport(Darwin)
        var thread: pthread_t?
    #else
        var thread = pthread_t()
    #endif
    // Safe: a thread that starts takes over the reference passed to it; one that does not leaves it here.
    let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body)).toOpaque()
    let status = unsafe pthread_create(
        &thread, &attributes,
        { argument in
            #if canImport(Darwin)
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                unsafe pthread_setname_np(start.name)
            #else
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                nameThisThread(start.name)
            #endif
            start.body()
            return nil
        }, start)
    guard status == 0 else {
        unsafe Unmanaged<ThreadStart>.fromOpaque(start).release()
        throw systemError(
            .unavailable, "The system gives no thread for \(quoted(name))", status,
            remedy: "Raise the limit on processes (`ulimit -u`) or on memory.")
    }
}

#if !canImport(Darwin)
    /// Names the calling thread in the tools that list threads; they show 15 bytes of it.
    private func nameThisThread(_ name: String) {
        // The function of the C library is hidden from Swift.
        let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        let bytes = Array(name.utf8.prefix(15))
        // Safe: all bytes of the array. A thread without a name is not an error.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    }
#endif

/// The number of processors that the process may use: those it is bound to, and no more than its control groups' quota
/// keeps running all the time; at least one.
package func usableProcessors() -> Int {
    let bound = max(1, ProcessInfo.processInfo.activeProcessorCount)
    guard let quota = ControlGroups.processorQuota(reading: contents(ofSystemFile:)), quota < Double(bound) else {
        return bound
    }
    return max(1, Int(quota))
}
