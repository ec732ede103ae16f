import Dispatch
import Foundation

/// One thread that runs all the work of a device, in order.
///
/// OpenMP keeps a team of threads per calling thread, so programs must not run on whichever thread of Swift's cooperative
/// pool is free; and a long step would block that pool.
final class ComputeThread: SerialExecutor {
    private let queue = JobQueue()

    init(name: String) {
        let isStarted = DispatchSemaphore(value: 0)
        let thread = Thread { [queue] in
            // Foundation for Linux ignores a name given before `start` returns, and a starting thread may put its
            // parent's name over one given from outside: so the thread names itself, once it has started.
            isStarted.wait()
            Thread.current.name = name
            queue.runUntilStopped()
        }
        // The main thread's usual size is 8 MiB; kernels and deep graphs must not find less here.
        thread.stackSize = 16 << 20
        thread.start()
        isStarted.signal()
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

/// The jobs that wait for a compute thread. Shared by the thread and its executor, so that neither keeps the other alive.
private final class JobQueue: @unchecked Sendable {
    // Unchecked: `waiting` and `isStopped` are touched under `condition` only.
    private let condition = NSCondition()
    private var waiting: [Waiting] = []
    private var isStopped = false

    @unsafe func append(_ job: UnownedJob, on executor: UnownedSerialExecutor) {
        condition.withLock {
            waiting.append(unsafe Waiting(job: job, executor: executor))
            condition.signal()
        }
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.signal()
        }
    }

    func runUntilStopped() {
        while let next = next() {
            unsafe next.job.runSynchronously(on: next.executor)
        }
    }

    private func next() -> Waiting? {
        condition.withLock {
            while waiting.isEmpty && !isStopped { condition.wait() }
            return waiting.isEmpty ? nil : waiting.removeFirst()
        }
    }
}
