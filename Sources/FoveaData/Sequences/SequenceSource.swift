/// A source of sequences that may know something about them without reading them.
public protocol SequenceSource: ExampleSource {
    /// The number of steps of each example; nil where that takes reading.
    var knownLengths: [Int]? { get }
    /// For each example a number that it shares with those that are never divided between two parts: the same text under
    /// another class. Nil where each example stands alone.
    var groups: [Int]? { get }
    /// The steps of one long series that each example takes: parts are divided by them, in the order of time. Nil where examples do
    /// not come from one series.
    var stretches: [Range<Int>]? { get }
    /// What is to be said of the steps that follow; nil where none follow.
    var forecast: Forecast? { get }
    /// The names of the channels; nil where they have none.
    var channelNames: [String]? { get }
    /// What the tokens of texts are; nil where examples are no texts.
    var tokenKind: TokenKind? { get }

    /// The lines of the file that the steps of a window stand in; nil for other sequences.
    func lines(of index: Int) -> ClosedRange<Int>?
}

extension SequenceSource {
    public var groups: [Int]? { nil }
    public var stretches: [Range<Int>]? { nil }
    public var forecast: Forecast? { nil }
    public var channelNames: [String]? { nil }
    public var tokenKind: TokenKind? { nil }
    public func lines(of index: Int) -> ClosedRange<Int>? { nil }
}

extension ExampleSource {
    /// The number of steps of the longest sequence, where that is known without reading.
    public var longestSequence: Int? { (self as? any SequenceSource)?.knownLengths?.max() }
}

extension ExampleSubset: SequenceSource {
    public var knownLengths: [Int]? {
        (whole as? any SequenceSource)?.knownLengths.map { all in positions.map { all[$0] } }
    }
    public var groups: [Int]? { (whole as? any SequenceSource)?.groups.map { all in positions.map { all[$0] } } }
    public var stretches: [Range<Int>]? {
        (whole as? any SequenceSource)?.stretches.map { all in positions.map { all[$0] } }
    }
    public var forecast: Forecast? { (whole as? any SequenceSource)?.forecast }
    public var channelNames: [String]? { (whole as? any SequenceSource)?.channelNames }
    public var tokenKind: TokenKind? { (whole as? any SequenceSource)?.tokenKind }
    public func lines(of index: Int) -> ClosedRange<Int>? {
        (whole as? any SequenceSource)?.lines(of: positions[index])
    }
}
