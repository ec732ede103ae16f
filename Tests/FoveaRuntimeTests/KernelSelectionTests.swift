import FoveaRuntime
import Synchronization
import Testing

@Suite("Choices of kernels from process to process")
struct KernelSelectionTests {
    private static let candidates = [KernelCandidate("slow", threads: 2), KernelCandidate("fast", threads: 1)]

    /// A store in memory.
    private final class Notes: KernelStore {
        let machines = Mutex<[String: [String: KernelChoice]]>([:])
        func choices(on machine: String) -> [String: KernelChoice] { machines.withLock { $0[machine] ?? [:] } }
        func keep(_ choices: [String: KernelChoice], on machine: String) {
            machines.withLock { $0[machine, default: [:]].merge(choices) { $1 } }
        }
    }

    /// Asks as a compilation does, in a process of its own.
    ///
    /// - Parameter times: the seconds of each candidate by its turn; nil where nothing may be timed.
    private func ask(
        _ selection: KernelSelection, times: ((_ candidate: Int, _ turn: Int) -> Double)?
    ) -> (name: String, wasTimed: Bool) {
        var wasTimed = false
        let position = selection.reportingChanges {
            selection.choose("q", among: Self.candidates, preferred: 0) { contest in
                wasTimed = true
                guard let times else {
                    Issue.record("nothing is to be timed")
                    return
                }
                var turns = [0, 0]
                while let next = contest.next {
                    contest.record(seconds: times(next, turns[next]))
                    turns[next] += 1
                }
            }
        }
        return (Self.candidates[position].name, wasTimed)
    }

    private static func quiet(_ candidate: Int, _ turn: Int) -> Double { [0.002, 0.001][candidate] }

    /// The fast one is never seen undisturbed.
    private static func bad(_ candidate: Int, _ turn: Int) -> Double {
        candidate == 0 ? 0.002 : turn % 4 == 1 ? 0.0025 : 0.009
    }

    @Test("what came close alone is tried inside the program, once, and what is clearly faster there is taken")
    func settled() {
        let notes = Notes()
        let selection = KernelSelection(KernelOptions(store: notes), on: "m")
        #expect(selection.contested(among: ["q"]).isEmpty, "nothing was timed")
        #expect(ask(selection) { candidate, _ in [0.0012, 0.001][candidate] } == ("fast", true))
        let fast = KernelCandidate("fast", threads: 1), slow = KernelCandidate("slow", threads: 2)
        #expect(selection.contested(among: ["q", "r"]) == ["q": [fast, slow]])
        #expect(selection.replacing(["q": "slow"]).known("q") == "slow")
        func inProgram(_ fastSeconds: Double, _ slowSeconds: Double) -> [String: [KernelTime]] {
            ["q": [KernelTime(fast, best: fastSeconds, spread: 1), KernelTime(slow, best: slowSeconds, spread: 1)]]
        }
        #expect(!selection.settle(inProgram(1, 0.98)), "next to no difference")
        #expect(selection.contested(among: ["q"]).isEmpty, "it is settled")
        #expect(selection.known("q") == "fast")
        let hasChanged = selection.reportingChanges { selection.settle(inProgram(1, 0.9)) }
        #expect(hasChanged && selection.known("q") == "slow" && selection.choices["q"]?.kernel == "slow")
        let kept = notes.choices(on: "m")["q"]
        #expect(kept?.kernel == "slow" && kept?.threads == 2 && kept?.timesInProgram.count == 2)
        #expect(KernelSelection(KernelOptions(store: notes), on: "m").known("q") == "slow")
    }

    @Test("what was far slower alone is not tried inside the program, nor what is to be repeated")
    func uncontested() {
        let selection = KernelSelection()
        #expect(ask(selection, times: Self.quiet) == ("fast", true))
        #expect(selection.contested(among: ["q"]).isEmpty)
        let repeating = KernelSelection(repeating: ["q": "slow"])
        #expect(ask(repeating, times: nil) == ("slow", false))
        #expect(repeating.contested(among: ["q"]).isEmpty)
    }

    @Test("kernels of results that are used again are not timed, unless others were used or are to be repeated")
    func adopted() {
        let notes = Notes()
        let selection = KernelSelection(KernelOptions(store: notes), on: "m")
        #expect(selection.adopt(["q": "slow"]))
        #expect(selection.choices["q"]?.kernel == "slow")
        #expect(ask(selection, times: nil) == ("slow", false))
        // Nothing was measured that others could use.
        #expect(notes.choices(on: "m").isEmpty)
        #expect(!selection.adopt(["q": "fast", "r": "x"]) && selection.known("q") == "slow")
        #expect(selection.known("r") == nil)
        #expect(!KernelSelection(repeating: ["q": "fast"]).adopt(["q": "slow"]))
    }

    @Test("a quiet choice is timed once, kept with what was measured and by how many threads, by machine")
    func quietly() throws {
        let notes = Notes()
        #expect(ask(KernelSelection(KernelOptions(store: notes), on: "m"), times: Self.quiet) == ("fast", true))
        let choice = try #require(notes.choices(on: "m")["q"])
        #expect(choice.kernel == "fast" && choice.threads == 1 && choice.looks == 1)
        #expect(!choice.isDisturbed && !choice.isDoubtful)
        #expect(choice.times.map(\.candidate) == Self.candidates && choice.times.map(\.best) == [0.002, 0.001])
        let later = KernelSelection(KernelOptions(store: notes), on: "m")
        #expect(later.known("q") == "fast")
        #expect(ask(later, times: nil) == ("fast", false))
        #expect(KernelSelection(KernelOptions(store: notes), on: "another").known("q") == nil)
    }

    @Test("a choice of a bad minute is timed again once by the next process, and replaced")
    func mended() throws {
        let notes = Notes()
        let options = KernelOptions(store: notes)
        let first = KernelSelection(options, on: "m")
        #expect(ask(first, times: Self.bad) == ("slow", true))
        // The process that has timed it keeps to it: the same question has the same kernel in all of its programs.
        #expect(ask(first, times: nil) == ("slow", false))
        #expect(notes.choices(on: "m")["q"]?.isDoubtful == true)
        let second = KernelSelection(options, on: "m")
        #expect(second.known("q") == nil)
        #expect(ask(second, times: Self.quiet) == ("fast", true))
        #expect(notes.choices(on: "m")["q"]?.isDoubtful == false)
        #expect(ask(KernelSelection(options, on: "m"), times: nil) == ("fast", false))
    }

    @Test("disturbed times of several processes are held together, and the third is the last")
    func alwaysDisturbed() throws {
        let notes = Notes()
        let options = KernelOptions(store: notes)
        #expect(ask(KernelSelection(options, on: "m"), times: Self.bad) == ("slow", true))
        // Only the fast one is seen as it is, once.
        let lucky: (Int, Int) -> Double = { $0 == 0 ? ($1 == 1 ? 0.004 : 0.011) : ($1 == 2 ? 0.001 : 0.007) }
        #expect(ask(KernelSelection(options, on: "m"), times: lucky) == ("fast", true))
        #expect(notes.choices(on: "m")["q"]?.times.map(\.best) == [0.002, 0.001])
        // The slow one was faster this time, but not of all times.
        #expect(ask(KernelSelection(options, on: "m"), times: Self.bad) == ("fast", true))
        #expect(notes.choices(on: "m")["q"]?.looks == 3)
        #expect(ask(KernelSelection(options, on: "m"), times: nil) == ("fast", false))
    }

    @Test("a choice without times, as older files have it, is timed once")
    func old() {
        let selection = KernelSelection(remembered: ["q": KernelChoice(kernel: "slow")])
        #expect(ask(selection, times: Self.quiet) == ("fast", true))
    }

    @Test("what is repeated is never timed, and goes before what is remembered")
    func repeated() {
        let selection = KernelSelection(
            remembered: ["q": KernelChoice(kernel: "fast")], repeating: ["q": "slow"])
        #expect(ask(selection, times: nil) == ("slow", false))
        #expect(selection.choices["q"]?.kernel == "slow")
        let notes = Notes()
        let options = KernelOptions(repeating: ["m": ["q": "slow"]], store: notes)
        #expect(ask(KernelSelection(options, on: "m"), times: nil) == ("slow", false))
        #expect(notes.choices(on: "m").isEmpty)
        #expect(ask(KernelSelection(options, on: "another"), times: Self.quiet) == ("fast", true))
    }

    @Test("a kernel that is not there any more is not missed")
    func gone() {
        #expect(ask(KernelSelection(repeating: ["q": "gone"]), times: Self.quiet) == ("fast", true))
        #expect(ask(KernelSelection(.fixed, repeating: ["q": "gone"]), times: nil) == ("slow", false))
    }

    @Test("a plan that is never run times nothing and keeps to what is known")
    func untimed() {
        let selection = KernelSelection(remembered: ["q": KernelChoice(kernel: "fast")]).untimed
        #expect(ask(selection, times: nil) == ("fast", false))
        #expect(ask(KernelSelection().untimed, times: nil) == ("slow", false))
    }
}
