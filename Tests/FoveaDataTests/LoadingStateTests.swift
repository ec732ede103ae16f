import FoveaGraph
import Testing

@testable import FoveaData

@Suite("State of a loader")
struct LoadingStateTests {
    private func state(_ count: Int, batches: Int = 3, byteCount: Int = 1000, expected: Int = 0) -> LoadingState<Int> {
        LoadingState(
            count: count, limits: LoadingLimits(batches: batches, byteCount: byteCount), expectedByteCount: expected)
    }

    /// What `take` gives, as text.
    private func taken(_ state: inout LoadingState<Int>) -> String {
        switch state.take() {
        case .wait: "wait"
        case .item(let item): "\(item)"
        case .failure(let error): "\(error)"
        case .end: "end"
        }
    }

    @Test("no more batches are admitted than may be ahead; each that is taken admits another")
    func bounded() {
        var state = state(5)
        #expect(state.admit() == 3 && state.admit() == 0)
        #expect([state.start(), state.start(), state.start(), state.start()] == [0, 1, 2, nil])
        #expect(taken(&state) == "wait")
        state.finish(0, .success(10), byteCount: 1)
        #expect(state.admit() == 0, "a batch that is ready takes a place")
        #expect(taken(&state) == "10")
        #expect(state.admit() == 1 && state.start() == 3)
    }

    @Test("batches are handed out in order, whichever is ready first, and then the end")
    func ordered() {
        var state = state(3)
        _ = state.admit()
        for _ in 0..<3 { _ = state.start() }
        state.finish(2, .success(12), byteCount: 1)
        state.finish(1, .success(11), byteCount: 1)
        #expect(taken(&state) == "wait")
        state.finish(0, .success(10), byteCount: 1)
        #expect([taken(&state), taken(&state), taken(&state), taken(&state)] == ["10", "11", "12", "end"])
        #expect(state.admit() == 0)
    }

    @Test("batches stay within the bytes, as expected first and as found then; one is always admitted")
    func bytes() {
        var state = state(9, batches: 8, byteCount: 1000, expected: 400)
        #expect(state.admit() == 2)
        #expect(state.start() == 0)
        state.finish(0, .success(0), byteCount: 600)
        #expect(taken(&state) == "0")
        #expect(state.admit() == 0, "two of 600 are more than 1000")
        #expect(state.start() == 1)
        state.finish(1, .success(1), byteCount: 2000)
        #expect(taken(&state) == "1")
        #expect(state.admit() == 1, "one larger than all memory allowed")
    }

    @Test("an error comes after the batches before it, and nothing after it")
    func failure() {
        var state = state(5, batches: 5)
        #expect(state.admit() == 5)
        for _ in 0..<3 { _ = state.start() }
        state.finish(1, .failure(FoveaError(.badData, "Broken.")), byteCount: 0)
        #expect(state.start() == nil, "no batch behind the error is started")
        state.finish(2, .success(12), byteCount: 1)
        #expect(taken(&state) == "wait")
        state.finish(0, .success(10), byteCount: 1)
        #expect([taken(&state), taken(&state), taken(&state)] == ["10", "Broken.", "end"])
    }

    @Test("of two errors the one of the earlier batch is told")
    func twoFailures() {
        var state = state(5, batches: 5)
        _ = state.admit()
        for _ in 0..<3 { _ = state.start() }
        state.finish(2, .failure(FoveaError(.badData, "Late.")), byteCount: 0)
        state.finish(1, .failure(FoveaError(.badData, "Early.")), byteCount: 0)
        state.finish(0, .success(10), byteCount: 1)
        #expect([taken(&state), taken(&state), taken(&state)] == ["10", "Early.", "end"])
    }

    @Test("a stopped loader starts nothing, keeps nothing and says that it was cancelled")
    func stopped() {
        var state = state(5)
        _ = state.admit()
        _ = state.start()
        state.finish(0, .success(10), byteCount: 1)
        state.stop()
        #expect(state.start() == nil && state.admit() == 0)
        #expect(taken(&state) == "CancellationError()")
        state.finish(1, .success(11), byteCount: 1)
        #expect(taken(&state) == "CancellationError()")
    }
}
