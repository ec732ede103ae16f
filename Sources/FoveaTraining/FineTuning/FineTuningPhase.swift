import FoveaGraph
import FoveaNN

/// A part of a fine-tuning in which the same parameters are trained.
public struct FineTuningPhase: Sendable {
    /// The treatment of a stage, or of the head.
    public struct Treatment: Hashable, Sendable {
        /// Number of trained scalars.
        public let trainableCount: Int
        /// The learning rate before the schedule; nil where nothing is trained.
        public let learningRate: Double?
        /// Nil where there is no batch normalization.
        public let batchNormalization: BatchNormalization?
    }

    /// What batch normalization does in training.
    public enum BatchNormalization: String, Hashable, Sendable {
        /// Normalizes with the statistics of the batch, towards which the running ones move.
        case batch = "batch"
        /// Normalizes with the running statistics, which stay as they are.
        case frozen = "frozen"
        /// Some layers do one, some the other.
        case mixed = "mixed"
    }

    public let name: String
    public let epochs: Int
    /// In the order of ``FineTuningPlan/stages``.
    public let treatments: [Treatment]
    /// Whether the whole body is frozen, so that the phase trains on its features.
    public let trainsHeadAlone: Bool
    let rule: UpdateRule
}

/// A stage of a network, or its head, with its parameters.
struct StageParameters: Sendable {
    let patterns: [PathPattern]
    let parameters: [ParameterDeclaration]

    /// `layer1`, or `features.3 … features.4`.
    var name: String {
        guard let first = patterns.first, let last = patterns.last, patterns.count > 1 else {
            return patterns.first?.text ?? ""
        }
        return patterns.count == 2 ? "\(first), \(last)" : "\(first) … \(last)"
    }

    /// The groups of a rule in which some of the parameters are frozen and the others have a factor on their rate.
    func groups(frozen isFrozen: (String) -> Bool, factor: Double) -> [ParameterGroup] {
        let frozen = parameters.filter { isFrozen($0.path) }
        if frozen.isEmpty {
            return factor == 1 ? [] : [ParameterGroup(patterns: patterns, learningRateFactor: factor)]
        }
        if frozen.count == parameters.count { return [.frozen(patterns: patterns)] }
        let others = parameters.filter { !isFrozen($0.path) && $0.role == .trainable }
        let groups = [ParameterGroup.frozen(patterns: frozen.map { PathPattern($0.path) })]
        return factor == 1 || others.isEmpty
            ? groups
            : groups + [
                ParameterGroup(patterns: others.map { PathPattern($0.path) }, learningRateFactor: factor)
            ]
    }

    /// The treatment by such groups.
    func treatment(frozen isFrozen: (String) -> Bool, learningRate: Double) -> FineTuningPhase.Treatment {
        let trained = parameters.filter { $0.role == .trainable && !isFrozen($0.path) }
        let statistics = Set(parameters.filter { $0.role == .statistic }.map { isFrozen($0.path) })
        return FineTuningPhase.Treatment(
            trainableCount: trained.trainableCount,
            learningRate: trained.isEmpty ? nil : learningRate,
            batchNormalization: statistics.isEmpty
                ? nil : statistics.count == 2 ? .mixed : statistics == [true] ? .frozen : .batch)
    }
}
