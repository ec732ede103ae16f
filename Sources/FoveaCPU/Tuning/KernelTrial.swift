import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// Tries the fastest kernels of each question inside the program that asks.
///
/// A kernel that is timed alone finds its images where its own threads have left them, and its memory as warm as its last
/// run has left it. In a program another kernel's threads wrote the images, and hundreds of megabytes have passed since. So
/// the two or three that were fastest alone take turns between their neighbours: one program with the fastest of each
/// question, one with the second of each, and where a run is short one with the third.
struct KernelTrial {
    private let graph: Graph
    private let state: [String: any DeviceBuffer]
    private let kernels: KernelSelection
    private let arena: SharedArena
    private let engine: Engine

    /// The chosen kernel and its rivals.
    private static let mostKernels = 3
    /// The third is left out where a run takes longer than so many seconds.
    private static let longRun = 0.1
    /// About so many seconds of runs for each of the programs.
    private static let patience = 0.4
    private static let (leastRounds, mostRounds) = (2, 10)
    /// What the programs keep may take at most this part of what memory is left.
    private static let mostMemory = 0.25

    /// - Parameter state: the memory of the graph's states; it is only read.
    init(
        of graph: Graph, state: [String: any DeviceBuffer], selecting kernels: KernelSelection, in arena: SharedArena,
        on engine: Engine
    ) {
        self.graph = graph
        self.state = state
        self.kernels = kernels
        self.arena = arena
        self.engine = engine
    }

    /// Settles the questions of a program that this process has timed kernels for.
    ///
    /// - Returns: whether a choice has changed, so that the program is to be compiled again.
    func changesChoices(of executable: CPUExecutable) throws -> Bool {
        let contested = kernels.contested(among: Set(executable.questions.compactMap(\.self)))
        let count = contested.values.map { min($0.count, Self.mostKernels) }.max() ?? 0
        guard count > 1, hasRoom(for: count, keeping: executable.keptByteCount) else { return false }
        var programs: [CPUExecutable] = []
        var times: [[Double]] = []
        for rank in 0..<count where rank < 2 || (times[0].reduce(0, +) < Self.longRun) {
            let taken = contested.mapValues { $0[min(rank, $0.count - 1)].name }
            let program = try CPUExecutable(
                graph, state: state, selecting: kernels.replacing(taken), in: arena, on: engine)
            programs.append(program)
            times.append(try program.stepTimes(inputs, runs: 1))
        }
        try improve(&times, of: programs)
        let verdicts = contested.map { question, candidates in
            let tried = candidates.prefix(programs.count).enumerated().map { rank, candidate in
                let seconds = zip(programs[rank].questions, times[rank]).reduce(0) {
                    $0 + ($1.0 == question ? $1.1 : 0)
                }
                return KernelTime(candidate, best: seconds, spread: 1)
            }
            return (question, tried)
        }
        return kernels.settle(Dictionary(uniqueKeysWithValues: verdicts))
    }

    /// Runs the programs in turn, and keeps the shortest time of each of their steps.
    private func improve(_ times: inout [[Double]], of programs: [CPUExecutable]) throws {
        let longest = max(times.map { $0.reduce(0, +) }.max() ?? 0, 1e-5)
        let rounds = Int(min(Double(Self.mostRounds), max(Double(Self.leastRounds), Self.patience / longest)))
        let runs = Int(max(1, Self.patience / Double(rounds) / longest))
        for _ in 0..<rounds {
            for (index, program) in programs.enumerated() {
                times[index] = zip(times[index], try program.stepTimes(inputs, runs: runs)).map(min)
            }
        }
    }

    private var inputs: [Tensor] { graph.inputs.map { Tensor(repeating: 0, $0.type) } }

    private func hasRoom(for programs: Int, keeping kept: Int) -> Bool {
        guard let available = AvailableMemory.byteCount() else { return true }
        return Double(saturatingProduct(programs, kept)) <= Double(available) * Self.mostMemory
    }
}
