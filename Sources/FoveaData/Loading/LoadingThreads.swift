import Dispatch
import FoveaFoundation
import Synchronization

/// The threads that prepare the batches of one iteration, and the prepared batches.
final class LoadingThreads: Sendable {
    private struct Shared {
        var state: LoadingState<Batch>
        /// The caller that waits for the next batch.
        var waiter: CheckedContinuation<Batch?, any Error>?
        /// The reason why no thread could be started.
        var refusal: (any Error)?
    }

    private let shared: Mutex<Shared>
    /// One for each batch that has been admitted and not started, and one for each thread that should end.
    private let permits = DispatchSemaphore(value: 0)
    private let isStopped = Atomic<Bool>(false)
    private let threadCount: Int
    private let prepare: @Sendable (_ number: Int, _ check: () throws -> Void) throws -> Batch

    /// - Parameter prepare: makes a batch; calls `check` often, and passes its errors on.
    init(
        _ state: LoadingState<Batch>, threads: Int,
        prepare: @escaping @Sendable (_ number: Int, _ check: () throws -> Void) throws -> Batch
    ) {
        shared = Mutex(Shared(state: state))
        threadCount = threads
        self.prepare = prepare
    }

    /// Starts the threads, or as many as the system permits; where it permits none, the first batch is an error.
    func start() {
        var started = 0
        do {
            while started < threadCount {
                // The threads keep this object until they have ended.
                try startThread(name: "fovea data", stackSize: 4 << 20) { [self] in work() }
                started += 1
            }
        } catch {
            if started == 0 { shared.withLock { $0.refusal = error } }
        }
        admit()
    }

    private func work() {
        while true {
            permits.wait()
            guard let number = shared.withLock({ $0.state.start() }) else { return }
            let result = Result {
                try prepare(number) { if isStopped.load(ordering: .relaxed) { throw CancellationError() } }
            }
            let byteCount = (try? result.get().byteCount) ?? 0
            let (waiter, answer) = shared.withLock { shared in
                shared.state.finish(number, result, byteCount: byteCount)
                return Self.answerForWaiter(&shared)
            }
            admit()
            waiter?.resume(with: answer)
        }
    }

    private func admit() {
        for _ in 0..<shared.withLock({ $0.state.admit() }) { permits.signal() }
    }

    /// The next batch in order; nil after the last.
    func next() async throws -> Batch? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (waiter, answer) = shared.withLock { shared in
                    precondition(shared.waiter == nil, "one task at a time asks for the next batch")
                    shared.waiter = continuation
                    return Self.answerForWaiter(&shared)
                }
                admit()
                waiter?.resume(with: answer)
            }
        } onCancel: {
            stop()
        }
    }

    /// Ends the threads, each after its current example.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        let (waiter, answer) = shared.withLock { shared in
            shared.state.stop()
            return Self.answerForWaiter(&shared)
        }
        for _ in 0..<threadCount { permits.signal() }
        waiter?.resume(with: answer)
    }

    /// The waiting caller and its answer, where both exist. To be resumed outside the lock.
    private static func answerForWaiter(
        _ shared: inout Shared
    ) -> (CheckedContinuation<Batch?, any Error>?, Result<Batch?, any Error>) {
        guard let waiter = shared.waiter else { return (nil, .success(nil)) }
        let answer: Result<Batch?, any Error>
        if let refusal = shared.refusal {
            answer = .failure(refusal)
        } else {
            switch shared.state.take() {
            case .wait: return (nil, .success(nil))
            case .item(let batch): answer = .success(batch)
            case .failure(let error): answer = .failure(error)
            case .end: answer = .success(nil)
            }
        }
        shared.waiter = nil
        return (waiter, answer)
    }
}
