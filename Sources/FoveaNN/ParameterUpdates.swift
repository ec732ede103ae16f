import FoveaGraph

/// The learning rates that the update part of a step takes as inputs.
struct ParameterUpdates {
    var learningRates: [LearningRateInput] = []
    fileprivate var learningRateValues: [Double: Value] = [:]
}

extension UpdateRule {
    /// State that training keeps on the device besides the network's parameters and statistics.
    ///
    /// - Throws: ``FoveaError`` when the groups do not fit the network.
    public func slots(for parameters: [ParameterDeclaration]) throws -> [OptimizerSlot] {
        try treatments(of: parameters).flatMap { treatment in
            let path = treatment.parameter.path
            let names =
                treatment.slotNames + (batchesPerUpdate > 1 ? [Self.gradientSum(of: path)] : [])
                + (averaging == nil ? [] : [WeightAveraging.stateName(of: path)])
            return names.map { OptimizerSlot(name: $0, type: treatment.parameter.type) }
        }
    }

    /// The name of the state that holds the mean of a parameter's gradients so far.
    static func gradientSum(of path: String) -> String { "gradient_sum/\(path)" }
}

extension UpdateRule.Treatment {
    /// The names of the states that the optimizer keeps for the parameter.
    var slotNames: [String] { optimizer.slots.map { "\($0)/\(parameter.path)" } }
}

extension Trace {
    /// Adds the gradients of a loss and the update of each trained parameter.
    ///
    /// - Throws: ``FoveaError`` when the groups of the rule do not fit the network.
    func update(
        with rule: UpdateRule, _ phase: AccumulationPhase = .only, minimizing loss: Value
    ) throws -> ParameterUpdates {
        let treatments = try rule.treatments(of: declarations)
        let values = treatments.compactMap { value(ofParameter: $0.parameter.path) }
        var gradients = try gradients(of: loss, with: values)
        defer { location = .none }
        var updates = ParameterUpdates()
        if phase != .only {
            for (index, (treatment, gradient)) in zip(treatments, gradients).enumerated() {
                location = Location(path: treatment.parameter.path, layer: "optimizer")
                gradients[index] = try accumulate(gradient, of: treatment.parameter, rule.batchesPerUpdate, phase)
            }
        }
        guard phase.updatesParameters else { return updates }
        if let clipNorm = rule.clipNorm { gradients = try clipped(gradients, to: clipNorm, guarding: loss) }
        let step = try inParameterType(input(GraphName.step, .float32([])))
        let averageRate = try rule.averaging.map { _ in
            try inParameterType(input(GraphName.averageRate, .float32([])))
        }
        for ((treatment, value), gradient) in zip(zip(treatments, values), gradients) {
            location = Location(path: treatment.parameter.path, layer: "optimizer")
            let rate = try learningRate(treatment.learningRate, base: rule.optimizer.learningRate, in: &updates)
            let updated = try apply(treatment, to: value, gradient: gradient, rate, step)
            if let averageRate { try average(updated, of: treatment.parameter, averageRate) }
        }
        return updates
    }

    /// The mean of the gradients of an update's batches so far.
    private func accumulate(
        _ gradient: Value, of parameter: ParameterDeclaration, _ batchesPerUpdate: Int, _ phase: AccumulationPhase
    ) throws -> Value {
        let name = UpdateRule.gradientSum(of: parameter.path)
        let share = 1 / Double(batchesPerUpdate)
        // Declared in all phases: a state must not depend on which step comes first.
        let sum = try state(name, gradient.type)
        guard phase != .first else {
            let begun = try gradient * share
            update(name, to: begun)
            return begun
        }
        // A step of gradient descent with the rate −1/n adds the n-th part in one pass over memory.
        let added = try SGDUpdate().applied(to: sum, gradient, constant(-share, gradient.dataType))
        if phase == .middle { update(name, to: added) }
        return added
    }

    /// The gradients scaled down where their norm is above a limit; the norm becomes an output, and the step counts only if
    /// it is finite.
    private func clipped(_ gradients: [Value], to limit: Double, guarding loss: Value) throws -> [Value] {
        guard let first = gradients.first else { return [] }
        location = Location(path: "clip", layer: "optimizer")
        var sum: Value?
        for gradient in gradients {
            let squares = try ReduceSum(axes: Array(0..<gradient.shape.rank)).applied(to: gradient * gradient)
            sum = if let sum { try sum + squares } else { squares }
        }
        guard let sum else { return [] }
        let norm = try SquareRoot().applied(to: sum)
        output(GraphName.gradientNorm, norm)
        updateOnlyIfFinite(try loss + norm)
        // limit/max(limit, norm): exactly 1 where nothing is clipped. ε as in PyTorch.
        let excess = try ReLU().applied(to: norm + (1e-6 - limit))
        let factor = try constant(limit, first.dataType) / (excess + limit)
        return try gradients.map { try $0 * factor }
    }

    /// The input with a group's learning rate; groups with the same rate share it.
    private func learningRate(_ rate: Double, base: Double, in updates: inout ParameterUpdates) throws -> Value {
        if let known = updates.learningRateValues[rate] { return known }
        let name = rate == base ? GraphName.learningRate : "\(GraphName.learningRate)/\(updates.learningRates.count)"
        let value = try inParameterType(input(name, .float32([])))
        updates.learningRates.append(LearningRateInput(name: name, rate: rate))
        updates.learningRateValues[rate] = value
        return value
    }

    private func apply(
        _ treatment: UpdateRule.Treatment, to value: Value, gradient: Value, _ rate: Value, _ step: Value
    ) throws -> Value {
        let path = treatment.parameter.path
        let names = treatment.slotNames
        let kept = try names.map { try state($0, value.type) }
        let updated = try treatment.optimizer.update(
            value, gradient: gradient, learningRate: rate, step: step, slots: kept)
        update(path, to: updated.parameter)
        for (name, slot) in zip(names, updated.slots) { update(name, to: slot) }
        return updated.parameter
    }

    private func average(
        _ updated: Value, of parameter: ParameterDeclaration, _ rate: Value
    ) throws {
        let name = WeightAveraging.stateName(of: parameter.path)
        let average = try state(name, updated.type)
        update(name, to: try AverageUpdate().applied(to: average, updated, rate))
    }
}
