/// Parameters that a training step treats differently from the rest.
///
///     ParameterGroup.frozen("features")
///     ParameterGroup("classifier", learningRateFactor: 10)
///     ParameterGroup("*.bias", "*.bn?", weightDecay: 0)
///
/// Parameters that no group claims are updated by the rule's own optimizer. Source: PyTorch's parameter groups and optax's
/// `partition`.
public struct ParameterGroup: Sendable {
    /// The parameters of the group: those that one of the patterns matches.
    public let patterns: [PathPattern]
    /// Nil for the rule's own.
    public let optimizer: (any Optimizer)?
    /// Multiplies the optimizer's learning rate.
    public let learningRateFactor: Double
    /// Nil for the optimizer's own.
    public let weightDecay: Double?
    /// Whether training leaves the parameters unchanged. Statistics stay too, and a batch normalization whose
    /// statistics are frozen normalizes with them, as in inference.
    public let isFrozen: Bool

    public init(
        _ patterns: PathPattern..., optimizer: (any Optimizer)? = nil, learningRateFactor: Double = 1,
        weightDecay: Double? = nil
    ) {
        self.init(
            patterns: patterns, optimizer: optimizer, learningRateFactor: learningRateFactor, weightDecay: weightDecay)
    }

    /// A group with any number of patterns.
    public init(
        patterns: [PathPattern], optimizer: (any Optimizer)? = nil, learningRateFactor: Double = 1,
        weightDecay: Double? = nil
    ) {
        self.patterns = patterns
        self.optimizer = optimizer
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
        isFrozen = false
    }

    private init(frozen patterns: [PathPattern]) {
        self.patterns = patterns
        optimizer = nil
        learningRateFactor = 1
        weightDecay = nil
        isFrozen = true
    }

    /// Parameters and statistics that training leaves unchanged.
    public static func frozen(_ patterns: PathPattern...) -> ParameterGroup { ParameterGroup(frozen: patterns) }

    /// As ``frozen(_:)``, with any number of patterns.
    public static func frozen(patterns: [PathPattern]) -> ParameterGroup { ParameterGroup(frozen: patterns) }

    /// The group in a network with these parameters; nil where it has none of the group's.
    func restricted(to paths: [String]) -> ParameterGroup? {
        let matching = patterns.filter { pattern in paths.contains(where: pattern.matches) }
        guard !matching.isEmpty else { return nil }
        return isFrozen
            ? .frozen(patterns: matching)
            : ParameterGroup(
                patterns: matching, optimizer: optimizer, learningRateFactor: learningRateFactor,
                weightDecay: weightDecay)
    }

    func contains(_ path: String) -> Bool { patterns.contains { $0.matches(path) } }

    /// `layer1, *.bias`, for errors.
    var title: String { patterns.map(\.text).joined(separator: ", ") }
}
