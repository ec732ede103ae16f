import Dispatch
import FoveaFoundation
import Synchronization

/// One thread that runs all the work of a device, in order.
///
/// OpenMP keeps a team of threads per calling thread, so programs must not run on whichever thread of Swift's cooperative
/// pool is free; and a long step would block that pool.
final class ComputeThread: SerialExecutor {
    private let queue = JobQueue()

    init(name: String) {
        Self.start(name: name) { [queue] in queue.runUntilStopped() }
    }

    /// What a thread is given when it starts.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        // The main thread's usual size is 8 MiB; kernels and deep graphs must not find less here.
        unsafe pthread_attr_setstacksize(&attributes, 16 << 20)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        // Safe: the thread takes over what is passed to it, once.
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
        let status = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                #if canImport(Darwin)
                    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                    unsafe pthread_setname_np(start.name)
                #else
                    guard let argument = unsafe argument else { return nil }
                    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                    nameThisThread(start.name)
                #endif
                start.body()
                return nil
            }, start)
        precondition(status == 0, "the system gives each device a thread")
    }

    deinit { queue.stop() }

    func enqueue(_ job: consuming ExecutorJob) {
        // Safe: the job keeps its actor alive until it has run, and the actor keeps this executor.
        unsafe queue.append(UnownedJob(job), on: asUnownedSerialExecutor())
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
        // Safe: as many bytes as there are. A thread without a name is no error.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    }
#endif

/// A job and the executor it runs on, which its actor keeps alive until the job has run.
@safe private struct Waiting {
    let job: UnownedJob
    let executor: UnownedSerialExecutor
}

/// The jobs that wait for a compute thread. Shared by the thread and its executor, so that neither keeps the other alive.
private final class JobQueue: Sendable {
    private let waiting = Mutex<[Waiting]>([])
    /// Counts the jobs that wait, and one more when the queue has been stopped.
    private let signals = DispatchSemaphore(value: 0)

    @unsafe func append(_ job: UnownedJob, on executor: UnownedSerialExecutor) {
        let job = unsafe Waiting(job: job, executor: executor)
        waiting.withLock { $0.append(job) }
        signals.signal()
    }

    func stop() { signals.signal() }

    func runUntilStopped() {
        while let next = next() {
            unsafe next.job.runSynchronously(on: next.executor)
        }
    }

    /// Nil when the queue has been stopped and no job is left.
    private func next() -> Waiting? {
        signals.wait()
        return waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
