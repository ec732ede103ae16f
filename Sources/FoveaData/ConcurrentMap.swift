import Dispatch
import Synchronization

/// The results of `body` for 0..<count, in order, computed on all processors. Each is computed once, a few at a time by the
/// same thread.
package func concurrentMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let chunkSize = 16
    let chunkCount = (count + chunkSize - 1) / chunkSize
    let chunks = Mutex([[Result]](repeating: [], count: chunkCount))
    DispatchQueue.concurrentPerform(iterations: chunkCount) { chunk in
        let results = (chunk * chunkSize..<min((chunk + 1) * chunkSize, count)).map(body)
        chunks.withLock { $0[chunk] = results }
    }
    return chunks.withLock { Array($0.joined()) }
}
