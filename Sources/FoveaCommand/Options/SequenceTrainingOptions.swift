import ArgumentParser
import FoveaFoundation

/// What only trainings on sequences have.
struct SequenceTrainingOptions: ParsableArguments {
    @OptionGroup var preparation: SequencePreparationOptions

    @Flag(help: "Train a model of a language: the next token after each of a text, for `fovea generate`.")
    var nextToken = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of filters, or size of the state, of a network over sequences. (default: the network's usual one)",
            valueName: "count"))
    var width: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Euclidean norm to which gradients are clipped in trainings on sequences. (default: 1)", valueName: "norm"))
    var clipNorm: Double?

    @Flag(help: "Fills batches with sequences of about the same length.")
    var bucketing = false

    /// The first of these options that is on the command line.
    var firstFlag: String? {
        [
            ("--missing", preparation.missing != nil), ("--scaling", preparation.scaling != nil),
            ("--tokens", preparation.tokens != nil), ("--window", preparation.window != nil),
            ("--stride", preparation.stride != nil), ("--horizon", preparation.horizon != nil),
            ("--forecast", !preparation.forecast.isEmpty), ("--width", width != nil), ("--clip-norm", clipNorm != nil),
            ("--bucketing", bucketing), ("--next-token", nextToken),
        ].first { $0.1 }?.0
    }

    /// Throws ``FoveaError`` for numbers that make no sense.
    func check() throws {
        if let width, !(1...1_000_000).contains(width) {
            throw FoveaError(.usage, "--width is \(width).", remedy: "Use 1 to 1,000,000.")
        }
        if let clipNorm, !(clipNorm > 0 && clipNorm.isFinite) {
            throw FoveaError(.usage, "--clip-norm is \(clipNorm).", remedy: "Use a number above 0, such as 1.")
        }
    }
}
