import FoveaRuntime
import Testing

@Suite("The contest of kernels")
struct KernelContestTests {
    /// A contest in which each candidate takes the times that a function gives, by how often it has had its turn.
    private static func contest(
        _ count: Int, _ time: (_ candidate: Int, _ turn: Int) -> (seconds: Double, isInterrupted: Bool)
    ) -> (contest: KernelContest, turns: [Int]) {
        var contest = KernelContest(count: count)
        var turns = [Int](repeating: 0, count: count)
        while let next = contest.next {
            let (seconds, isInterrupted) = time(next, turns[next])
            turns[next] += 1
            contest.record(seconds: seconds, isInterrupted: isInterrupted)
        }
        return (contest, turns)
    }

    private static func steady(_ times: [Double]) -> (Int, Int) -> (Double, Bool) {
        { candidate, turn in (times[candidate] * (1 + 0.02 * Double(turn % 3)), false) }
    }

    @Test("takes candidates in turn, and leaves out what is hopeless after its third time")
    func turns() {
        var contest = KernelContest(count: 3)
        var order: [Int] = []
        while let next = contest.next {
            order.append(next)
            contest.record(seconds: [0.002, 0.001, 0.004][next])
        }
        #expect(order == [0, 1, 2, 0, 1, 2, 0, 1, 2, 1])
        #expect(contest.winner == 1 && !contest.isDisturbed)
    }

    @Test("where the best are close there are more rounds")
    func close() {
        let (far, farTurns) = Self.contest(2, Self.steady([0.0010, 0.0013]))
        let (near, nearTurns) = Self.contest(2, Self.steady([0.00102, 0.0010]))
        #expect(far.winner == 0 && near.winner == 1)
        #expect(!far.isDisturbed && !near.isDisturbed)
        #expect(farTurns == [4, 4] && nearTurns == [8, 8])
    }

    @Test("the right candidate wins where times have two heights, whoever is disturbed first", arguments: 0..<16)
    func twoHeights(phase: Int) {
        // Four turns of five are five times too long; the fastest, number 2, begins in the bad minute.
        let (contest, _) = Self.contest(3) { candidate, turn in
            let isDisturbed = (turn * 3 + candidate + phase) % 5 != 0
            return ([0.0016, 0.0013, 0.0010][candidate] * (isDisturbed ? 5 : 1), false)
        }
        #expect(contest.winner == 2)
        #expect(contest.isDisturbed)
    }

    @Test("a bad beginning is made up for by more rounds, and then forgotten")
    func badBeginning() {
        let (contest, turns) = Self.contest(2) { candidate, turn in
            let isDisturbed = candidate == 1 && turn < 2
            return ([0.0015, 0.0010][candidate] * (isDisturbed ? 6 : 1), false)
        }
        #expect(contest.winner == 1 && !contest.isDisturbed)
        // Half of the times are near the shortest after the fourth.
        #expect(turns == [4, 4])
    }

    @Test("times that were interrupted are not believed, however alike they are")
    func interrupted() {
        let (contest, turns) = Self.contest(2) { candidate, turn in ([0.0012, 0.0010][candidate], turn % 4 != 0) }
        #expect(contest.winner == 1 && contest.isDisturbed)
        #expect(turns == [12, 12])
        let (rarely, _) = Self.contest(2) { candidate, turn in ([0.0012, 0.0010][candidate], turn % 4 == 0) }
        #expect(rarely.winner == 1 && !rarely.isDisturbed)
    }

    @Test("long kernels are not timed for ever")
    func patience() {
        let (contest, turns) = Self.contest(2) { candidate, turn in (0.2 * Double(1 + (turn + candidate) % 4), false) }
        #expect(turns == [4, 4])
        #expect(contest.isDisturbed)
    }

    @Test("gives the shortest time of each and how much longer the longest was")
    func measured() {
        let (contest, _) = Self.contest(2) { candidate, turn in
            ([0.001, 0.0012][candidate] * (turn == 1 ? 2 : 1), false)
        }
        #expect(contest.measured.map(\.best) == [0.001, 0.0012])
        #expect(contest.measured.map(\.spread) == [2, 2])
    }
}
