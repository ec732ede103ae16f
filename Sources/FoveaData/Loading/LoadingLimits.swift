/// Limits on the batches that a loader prepares ahead.
public struct LoadingLimits: Hashable, Sendable {
    /// The largest number of batches that are prepared or ready at a time.
    public var batches: Int
    /// The most memory in bytes that these take; one batch is prepared even where it takes more.
    public var byteCount: Int

    public init(batches: Int = 4, byteCount: Int = 1 << 30) {
        precondition(batches >= 1 && byteCount >= 0, "a loader prepares at least one batch ahead")
        (self.batches, self.byteCount) = (batches, byteCount)
    }
}
