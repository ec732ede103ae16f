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
        do {
            // The main thread's usual size is 8 MiB; kernels and deep graphs must not have less here.
            try startThread(name: name, stackSize: 16 << 20) { [queue] in queue.runUntilStopped() }
        } catch {
            preconditionFailure("the system gives each device a thread: \(error)")
        }
    }

    deinit { queue.stop() }

    func enqueue(_ job: consuming ExecutorJob) {
        // Safe: the job keeps its actor alive until it has run, and the actor keeps this executor.
        unsafe queue.append(UnownedJob(job), on: asUnownedSerialExecutor())
    }
}

/// A job and the executor it runs on, which its actor keeps alive until the job has run.
@safe private struct Waiting {
    let job: UnownedJob
    let executor: UnownedSerialExecutor
}

/// The jobs of a compute thread. Shared by the thread and its executor, so that neither keeps the other alive.
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
