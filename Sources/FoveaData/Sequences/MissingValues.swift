/// What becomes of missing values of a series.
public enum MissingValues: String, CaseIterable, Hashable, Sendable {
    /// They are an error.
    case refused = "refuse"
    /// A straight line between the known values before and after; at the ends the nearest known value. A channel without any
    /// known value gets the mean of the training part.
    case linear
    /// 0 after scaling: with ``SequenceScaling/channel`` that is the mean of the training part.
    case zero
    /// As ``zero``; besides, each channel gets another one that is 1 where its value was missing and else 0.
    case indicator
}

/// How the numbers of a series are scaled.
public enum SequenceScaling: String, CaseIterable, Hashable, Sendable {
    case none
    /// (x − mean) / deviation with the mean and deviation of the channel over the training part.
    case channel
    /// (x − mean) / deviation with those of the channel over the series itself.
    case series
}
