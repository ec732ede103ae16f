/// The place of a step's batch among the batches of one update.
public enum AccumulationPhase: Hashable, Sendable, CaseIterable {
    /// The only batch: its gradient is the update's.
    case only
    /// The first batch: its gradient begins the mean.
    case first
    /// A batch in between: its gradient is added to the mean.
    case middle
    /// The last batch: its gradient completes the mean, and the parameters are updated.
    case last

    /// - Parameter batch: the number of the batch since the last update, from 0.
    public init(batch: Int, of batchesPerUpdate: Int) {
        self =
            batchesPerUpdate == 1 ? .only : batch == 0 ? .first : batch + 1 < batchesPerUpdate ? .middle : .last
    }

    /// The phases of updates of `batchesPerUpdate` batches.
    package static func all(of batchesPerUpdate: Int) -> [AccumulationPhase] {
        batchesPerUpdate == 1 ? [.only] : batchesPerUpdate == 2 ? [.first, .last] : [.first, .middle, .last]
    }

    public var updatesParameters: Bool { self == .only || self == .last }
}
