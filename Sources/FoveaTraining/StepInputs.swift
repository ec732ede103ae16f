import FoveaData
import FoveaGraph
import FoveaNN

/// The inputs of steps on one batch.
struct StepInputs: Sendable {
    let batch: Batch
    let rule: UpdateRule
    /// The learning rates that the step takes.
    let learningRates: [LearningRateInput]
    /// Factor on the learning rates.
    let learningRateFactor: Double
    let phase: AccumulationPhase
    /// Nil where the step draws no random numbers.
    let seed: UInt64?

    /// - Parameters:
    ///   - step: the number of the step from 1.
    ///   - update: the number of the update from 1.
    func ofStep(_ step: Int, update: Int) -> [String: Tensor] {
        var inputs = batch.values
        if phase.updatesParameters {
            for input in learningRates {
                inputs[input.name] = Tensor(scalar: Float(input.rate * learningRateFactor))
            }
            inputs[GraphName.step] = Tensor(scalar: Float(update))
            if let averaging = rule.averaging {
                inputs[GraphName.averageRate] = Tensor(scalar: Float(averaging.rate(ofUpdate: update)))
            }
        }
        if let seed { inputs[Trace.randomKeyName] = Self.randomKey(step: step, seed: seed) }
        return inputs
    }

    /// The key of a step's random numbers.
    static func randomKey(step: Int, seed: UInt64) -> Tensor {
        let key = CounterBasedGenerator(seed: seed, purpose: "step").derived(UInt64(step - 1)).key
        return Tensor(integers: [Int32(bitPattern: key[0]), Int32(bitPattern: key[1])])
    }
}
