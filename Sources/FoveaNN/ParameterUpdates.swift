public import FoveaGraph

/// What the optimizer keeps for one parameter from step to step; zero before the first.
public struct OptimizerSlot: Hashable, Sendable {
    /// The name of the state: `momentum_buffer/conv1.weight`.
    public let name: String
    public let type: TensorType
}

extension Trace {
    /// Adds the gradients of a loss and the update of each trainable parameter.
    ///
    /// - Returns: what the optimizer keeps.
    func update(with optimizer: any Optimizer, minimizing loss: Value) throws -> [OptimizerSlot] {
        let trainable = declarations.filter { $0.role == .trainable }
        let values = trainable.compactMap { value(ofParameter: $0.path) }
        let gradients = try gradients(of: loss, with: values)
        let learningRate = try inParameterType(input(GraphName.learningRate, .float32([])))
        let step = try inParameterType(input(GraphName.step, .float32([])))
        var slots: [OptimizerSlot] = []
        for ((declaration, value), gradient) in zip(zip(trainable, values), gradients) {
            location = Location(path: declaration.path, layer: "optimizer")
            let names = optimizer.slots.map { "\($0)/\(declaration.path)" }
            let kept = try names.map { try state($0, value.type) }
            let updated = try optimizer.update(
                value, gradient: gradient, learningRate: learningRate, step: step, slots: kept)
            update(declaration.path, to: updated.parameter)
            for (name, slot) in zip(names, updated.slots) { update(name, to: slot) }
            slots += names.map { OptimizerSlot(name: $0, type: value.type) }
        }
        return slots
    }
}
