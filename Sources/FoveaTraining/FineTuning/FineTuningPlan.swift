public import FoveaGraph
import FoveaNN

/// What a fine-tuning will do, stage by stage, before anything runs.
public struct FineTuningPlan: Sendable {
    /// A stage of the network, or its head.
    public struct Stage: Hashable, Sendable {
        /// The paths of its layers.
        public let name: String
        public let parameterCount: Int
    }

    /// From the input on; the head is the last.
    public let stages: [Stage]
    /// In the order in which they run.
    public let phases: [FineTuningPhase]
    /// The shape of the head's weights in the file that the training starts from: `[1000, 512, 1, 1]`; nil where it has none.
    public let formerHead: Shape?
    /// The parameters that stay frozen while the head is trained.
    let frozenBody: [PathPattern]

    /// - Parameters:
    ///   - parameters: those of the network with its new head.
    /// - Throws: ``FoveaError`` when a pattern matches no parameter, or when more stages are to be unfrozen than there are.
    init(
        _ entry: ModelZoo.Entry, _ recipe: FineTuningRecipe, parameters: [ParameterDeclaration], formerHead: Shape?
    ) throws {
        try recipe.validate()
        let groups = (entry.stages + [[entry.head]]).map { patterns in
            StageParameters(
                patterns: patterns,
                parameters: parameters.filter { parameter in patterns.contains { $0.matches(parameter.path) } })
        }
        let bodyStages = groups.count - 1
        if !recipe.frozen.isEmpty {
            // Finds patterns that match nothing, and suggests paths.
            _ = try UpdateRule(recipe.optimizer, groups: [.frozen(patterns: recipe.frozen)]).slots(for: parameters)
        }
        var firstTrained = 0
        if case .last(let count) = recipe.unfreezing {
            guard count <= bodyStages else {
                throw FoveaError(
                    .usage, "The last \(count) stages cannot be unfrozen: `\(entry.name)` has \(bodyStages).",
                    remedy: "Use at most \(bodyStages), or all.")
            }
            firstTrained = bodyStages - count
        }
        func isPinned(_ path: String) -> Bool { recipe.frozen.contains { $0.matches(path) } }
        func phase(_ name: String, epochs: Int, firstTrained: Int) -> FineTuningPhase {
            var rule = UpdateRule(recipe.optimizer, averaging: recipe.averaging)
            var treatments: [FineTuningPhase.Treatment] = []
            for (index, group) in groups.enumerated() {
                let isFrozen = { (path: String) in index < firstTrained || isPinned(path) }
                let factor = power(recipe.learningRateDecay, bodyStages - index)
                rule.groups += group.groups(frozen: isFrozen, factor: factor)
                treatments.append(
                    group.treatment(frozen: isFrozen, learningRate: recipe.optimizer.learningRate * factor))
            }
            return FineTuningPhase(
                name: name, epochs: epochs, treatments: treatments, trainsHeadAlone: firstTrained == bodyStages,
                rule: rule)
        }
        let headEpochs = recipe.head == .logistic ? 1 : recipe.freezeEpochs
        let all = phase("fine-tuning", epochs: recipe.epochs, firstTrained: firstTrained)
        phases = [phase("head", epochs: headEpochs, firstTrained: bodyStages), all].filter { $0.epochs > 0 }
        stages = groups.map { group in
            Stage(name: group.name, parameterCount: group.parameters.trainableCount)
        }
        frozenBody = entry.stages.flatMap(\.self)
        self.formerHead = formerHead
    }
}

/// A number to the power of a whole number that is not negative.
private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
}

extension [ParameterDeclaration] {
    /// The number of trainable scalars.
    package var trainableCount: Int { reduce(0) { $0 + ($1.role == .trainable ? $1.shape.elementCount : 0) } }
}
