/// Which of the batches of one update a step is for.
public enum AccumulationPhase: Hashable, Sendable, CaseIterable {
    /// The only one: its gradient is the update's.
    case only
    /// Its gradient begins the mean.
    case first
    /// Its gradient is added to the mean.
    case middle
    /// Its gradient completes the mean, and the parameters are updated.
    case last

    /// - Parameter batch: the number of the batch since the last update, from 0.
    public init(batch: Int, of batchesPerUpdate: Int) {
        self =
            batchesPerUpdate == 1 ? .only : batch == 0 ? .first : batch + 1 < batchesPerUpdate ? .middle : .last
    }

    /// Those that updates of so many batches have.
    package static func all(of batchesPerUpdate: Int) -> [AccumulationPhase] {
        batchesPerUpdate == 1 ? [.only] : batchesPerUpdate == 2 ? [.first, .last] : [.first, .middle, .last]
    }

    public var updatesParameters: Bool { self == .only || self == .last }
}
