import FoveaGraph

/// The state of an epoch's batches: being prepared, ready, or taken. Independent of threads and time.
///
/// Batches are *admitted* to be prepared, in order and within bounds, *started* by a worker, *finished*, and *taken* in order.
struct LoadingState<Item: Sendable>: Sendable {
    enum Answer {
        /// The next batch is not ready.
        case wait
        case item(Item)
        case failure(any Error)
        case end
    }

    /// The number of batches that will be taken; an error makes it smaller.
    private var end: Int
    private let limits: LoadingLimits
    /// The most bytes that a batch has taken so far, or is expected to take.
    private var byteCountOfBatch: Int
    private var admitted = 0
    private var started = 0
    private var taken = 0
    private var finished: [Int: Result<Item, any Error>] = [:]
    private var isStopped = false

    init(count: Int, limits: LoadingLimits, expectedByteCount: Int = 0) {
        end = count
        self.limits = limits
        byteCountOfBatch = expectedByteCount
    }

    /// Admits as many batches as the bounds allow now.
    ///
    /// - Returns: their number; a worker may start one for each.
    mutating func admit() -> Int {
        let before = admitted
        while !isStopped, admitted < end, hasRoom { admitted += 1 }
        return admitted - before
    }

    /// Whether there is room for another batch. The first always has room.
    private var hasRoom: Bool {
        let held = admitted - taken
        return held == 0 || held < limits.batches && saturatingProduct(held + 1, byteCountOfBatch) <= limits.byteCount
    }

    /// The number of the batch that a worker should prepare now; nil when it should end.
    mutating func start() -> Int? {
        guard !isStopped, started < min(admitted, end) else { return nil }
        defer { started += 1 }
        return started
    }

    /// Records the result of preparing a batch. After an error no later batch is handed out.
    mutating func finish(_ number: Int, _ result: Result<Item, any Error>, byteCount: Int) {
        guard !isStopped else { return }
        byteCountOfBatch = max(byteCountOfBatch, byteCount)
        if case .failure = result { end = min(end, number + 1) }
        finished[number] = result
    }

    /// The next batch in order.
    mutating func take() -> Answer {
        if isStopped { return .failure(CancellationError()) }
        guard taken < end else { return .end }
        guard let result = finished.removeValue(forKey: taken) else { return .wait }
        taken += 1
        switch result {
        case .success(let item): return .item(item)
        case .failure(let error): return .failure(error)
        }
    }

    /// Releases everything; nothing is started any more.
    mutating func stop() {
        isStopped = true
        finished = [:]
    }
}
