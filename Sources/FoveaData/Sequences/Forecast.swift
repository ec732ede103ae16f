/// A forecast: the next steps of some channels of a series.
///
/// Its numbers are `[channel, step]`, the channels in the order of ``channels``.
public struct Forecast: Hashable, Sendable {
    /// The indices of the channels that are forecast.
    public let channels: [Int]
    /// The number of steps ahead.
    public let horizon: Int

    public init(channels: [Int], horizon: Int) { (self.channels, self.horizon) = (channels, horizon) }

    /// The number of numbers.
    public var count: Int { channels.count * horizon }
}

/// How the channels that are forecast are named.
public enum ForecastChannels: Hashable, Sendable {
    case all
    /// Columns of the header, or positions among the channels, counted from 1.
    case named([String])
    /// Indices of the channels.
    case indices([Int])
}

/// Numbers by which answers are brought to mean 0 and deviation 1, one of each for every number of an answer.
public struct AnswerScale: Hashable, Sendable {
    public let mean: [Float]
    public let deviation: [Float]
}
