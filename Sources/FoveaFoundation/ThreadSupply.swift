import Synchronization

/// The threads that the system still permits the process: limits on processes, on memory for stacks, or a container's.
package enum ThreadSupply {
    /// Number of threads that Swift's tasks and Dispatch's queues share: one for each processor, of which no more than
    /// these are ever busy here.
    package static var countOfPool: Int { min(16, max(1, ProcessInfo.processInfo.activeProcessorCount)) }

    /// Starts `count` threads at a time and ends them: libraries that start threads on demand wait for ever, or end the
    /// process, where there is none.
    ///
    /// - Returns: the number permitted, and the system's reason for permitting no more; nil where it permitted all.
    package static func shortage(of count: Int) -> (given: Int, reason: CInt)? {
        let gate = Gate()
        var threads: [pthread_t] = []
        var status: CInt = 0
        // Each thread waits until the last has been started: only then do that many exist at a time.
        gate.isOpen.withLock { isOpen in
            while threads.count < count, status == 0 {
                status = start(waitingAt: gate, &threads)
            }
            isOpen = true
        }
        for thread in threads { pthread_join(thread, nil) }
        return status == 0 ? nil : (threads.count, status)
    }

    private final class Gate: Sendable {
        let isOpen = Mutex(false)
    }

    private static func start(waitingAt gate: Gate, _ threads: inout [pthread_t]) -> CInt {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let argument = unsafe Unmanaged.passRetained(gate).toOpaque()
        // Safe: a thread that starts takes over the reference passed to it; one that does not leaves it here.
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                #if canImport(Darwin)
                    let gate = unsafe Unmanaged<Gate>.fromOpaque(argument).takeRetainedValue()
                #else
                    guard let argument = unsafe argument else { return nil }
                    let gate = unsafe Unmanaged<Gate>.fromOpaque(argument).takeRetainedValue()
                #endif
                gate.isOpen.withLock { _ in }
                return nil
            }, argument)
        if status != 0 {
            unsafe Unmanaged<Gate>.fromOpaque(argument).release()
        } else {
            #if canImport(Darwin)
                if let thread { threads.append(thread) }
            #else
                threads.append(thread)
            #endif
        }
        return status
    }
}
