import CFoveaCPU

/// The steps after which a run asks its threads whether an operation was invalid: then a kernel that mistakes NaN or an
/// infinity may have met one, and the run is repeated with steps that do not.
///
/// The processor notices anyway, so the only cost is a question at the end of a run.
struct InvalidOperationWatch {
    /// The number of threads that are asked after each step; 0 for none.
    private let asked: [Int]
    private let team: Int

    /// Nil where no step has to be watched.
    ///
    /// - Parameter threads: the default number of threads that run a step.
    init?(_ steps: [PlannedStep], threads: Int) {
        let watched = steps.indices.filter { steps[$0].mayMistakeNonFinite }
        guard let last = watched.last else { return nil }
        let team = watched.contains { steps[$0].threads == nil } ? threads : 1
        self.team = team
        asked = steps.indices.map { index in
            if index == last { return team }
            // OpenMP ends the threads that a smaller team does not need, and their findings are lost.
            let mayLoseThreads = team > 2 && steps[index].mayMistakeNonFinite && steps[index].threads == nil
            return mayLoseThreads ? team : 0
        }
    }

    /// Clears earlier findings.
    func begin() { _ = fovea_take_invalid_operations(team) }

    /// Whether an operation was invalid since the watch began.
    func hasNoticedAnything() -> Bool { fovea_take_invalid_operations(team) }

    /// The same after a step of a run; false where this step is not followed by a question.
    @inline(__always)
    func hasNoticed(after step: Int) -> Bool {
        asked[step] > 0 && fovea_take_invalid_operations(asked[step])
    }
}

extension LoweredGraph {
    /// Whether a step that may mistake NaN or an infinity comes after a state has been changed: then the run cannot be
    /// repeated.
    func mistakesNonFiniteTooLate(_ plan: MemoryPlan) -> Bool {
        let firstChange = program.steps.firstIndex { step in
            step.writes.contains { stored in
                if case .state = plan.places[stored.buffer] { true } else { false }
            }
        }
        guard let firstChange else { return false }
        return program.steps[firstChange...].contains(where: \.mayMistakeNonFinite)
    }
}
