import ArgumentParser
import FoveaGraph
import FoveaNN

/// The optimizer and its settings.
struct OptimizerOptions: ParsableArguments {
    /// The optimizers, by their names on the command line.
    enum Name: String, CaseIterable, ExpressibleByArgument {
        case sgd, adam, adamw
    }

    @Option(help: ArgumentHelp("Optimizer. (default: adam; adamw in `fovea fine-tune`, sgd in `fovea benchmark`)"))
    var optimizer: Name?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Learning rate. (default: 0.001, 0.003 in `fovea fine-tune`; 0.01 with sgd)", valueName: "rate"))
    var lr: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Momentum of sgd. (default: 0.9)", valueName: "factor"))
    var momentum: Double?

    @Flag(help: "Use Nesterov momentum with sgd.")
    var nesterov = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Weight decay. (default: 0; 0.01 with adamw)", valueName: "factor"))
    var weightDecay: Double?

    /// The first of these options that is given.
    var firstFlag: String? {
        let given = [
            ("--optimizer", optimizer != nil), ("--lr", lr != nil), ("--momentum", momentum != nil),
            ("--nesterov", nesterov), ("--weight-decay", weightDecay != nil),
        ]
        return given.first { $0.1 }?.0
    }

    /// The weight decay with its default.
    func effectiveWeightDecay(of name: Name) -> Double { weightDecay ?? (name == .adamw ? 0.01 : 0) }

    /// The optimizer that the options describe, or `fallback` with the other options where they name none.
    ///
    /// - Parameter learningRate: the rate of `fallback` where the options name none.
    /// - Throws: ``FoveaError`` when a setting is invalid, or belongs to another optimizer.
    func make(fallback: Name, learningRate: Double? = nil) throws -> any Optimizer {
        let name = optimizer ?? fallback
        // A rate is meant for the optimizer that it was found with.
        let lr = lr ?? (name == fallback ? learningRate : nil)
        let decay = effectiveWeightDecay(of: name)
        let made: any Optimizer
        switch name {
        case .sgd:
            made = SGD(
                learningRate: lr ?? 0.01, momentum: momentum ?? 0.9, nesterov: nesterov, weightDecay: decay)
        case .adam, .adamw:
            if momentum != nil || nesterov {
                throw FoveaError(
                    .usage, "\(momentum != nil ? "--momentum" : "--nesterov") belongs to sgd, not to \(name).",
                    remedy: "Leave it out, or use --optimizer sgd.")
            }
            made =
                name == .adam
                ? Adam(learningRate: lr ?? 1e-3, weightDecay: decay)
                : AdamW(learningRate: lr ?? 1e-3, weightDecay: decay)
        }
        try made.validate()
        return made
    }
}
