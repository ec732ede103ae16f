public import ArgumentParser
public import FoveaData
import FoveaFoundation
import FoveaGraph

/// How series are prepared.
struct SequencePreparationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Treatment of missing values of series: refuse; linear, a straight line between the known values beside them; zero; or \
            indicator, which is zero and tells the network where. (default: refuse)
            """, valueName: "rule"))
    var missing: MissingValues?

    @Option(
        help: ArgumentHelp(
            """
            Scaling of series to mean 0 and deviation 1: channel, by those of the training part; series, each by its own; or none. \
            (default: channel; none for images that are read as sequences)
            """, valueName: "rule"))
    var scaling: SequenceScaling?

    @Option(
        help: ArgumentHelp(
            "Pieces in which texts are read: characters, bytes or words. (default: characters)", valueName: "kind"))
    var tokens: TokenKind?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Cuts one long series, a .csv with a row for each step, into windows of so many steps; the class of a window is that of its \
            last step, and parts are divided by time.
            """, valueName: "steps"))
    var window: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Steps from one window to the next. (default: half a window)", valueName: "steps"))
    var stride: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of steps to forecast after each window, in place of its class.", valueName: "steps"))
    var horizon: Int?

    @Option(
        help: ArgumentHelp(
            "A channel to forecast: its name in the header, or its position, from 1 on; may be repeated. (default: all)",
            valueName: "channel"))
    var forecast: [String] = []

    private static let maximumHorizon = 100_000

    /// How data is loaded.
    ///
    /// - Throws: ``FoveaError`` when windows make no sense.
    func loading(classes: ClassesFile? = nil) throws -> SequenceOptions {
        var options = SequenceOptions(classes: classes, missing: missing ?? .refused, tokens: tokens ?? .characters)
        if stride != nil, window == nil {
            throw FoveaError(.usage, "--stride is for windows, and there is no --window.", remedy: "Add --window.")
        }
        if let horizon {
            guard window != nil else {
                throw FoveaError(
                    .usage, "--horizon is for windows, and there is no --window.", remedy: "Add --window.")
            }
            guard (1...Self.maximumHorizon).contains(horizon) else {
                throw FoveaError(
                    .usage, "--horizon is \(horizon).", remedy: "Use 1 to \(Self.maximumHorizon.grouped).")
            }
            options.horizon = horizon
        }
        if !forecast.isEmpty {
            guard horizon != nil else {
                throw FoveaError(
                    .usage, "--forecast names a channel, and nothing says how many steps of it are to be forecast.",
                    remedy: "Add --horizon.")
            }
            options.forecastChannels = .named(forecast)
        }
        options.window = try window.map { try SlidingWindow(length: $0, stride: stride) }
        return options
    }

    /// The preparation, learned on the training part, and padding to the longest sequence of all parts.
    ///
    /// - Parameter isScaled: whether the numbers are scaled already.
    /// - Throws: ``FoveaError`` that names the example that does not fit.
    func preparation(for splits: DataSplits, isScaled: Bool = false) throws -> SequencePreparation {
        let training = splits.training
        let isText = try training.exampleTypes[Batch.textName] != nil
        if tokens != nil, !isText {
            throw FoveaError(
                .usage, "--tokens is for texts, and `\(training.name)` has series of numbers.", remedy: "Leave it out.")
        }
        let prepared = try SequencePreparation(
            fittedTo: training, missing: missing ?? .refused,
            scaling: scaling ?? (isText || isScaled ? .none : .channel))
        let longest = splits.parts.compactMap { $0.source.longestSequence }.max() ?? 0
        return longest > prepared.length ? try prepared.padding(to: longest) : prepared
    }
}

extension MissingValues: ExpressibleByArgument {}
extension SequenceScaling: ExpressibleByArgument {}
extension TokenKind: ExpressibleByArgument {}

extension SequencePreparation {
    /// What a step is: `2 channels`, or `79 different characters`.
    var stepText: String {
        if let vocabulary {
            return "\(vocabulary.knownCount.grouped) different \(vocabulary.kind.rawValue)"
        }
        return channels.map { "\($0) channel\($0 == 1 ? "" : "s")" } ?? "tokens"
    }
}
