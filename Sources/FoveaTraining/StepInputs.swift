import FoveaData
import FoveaGraph
import FoveaNN

/// What steps on one batch are given.
struct StepInputs: Sendable {
    let batch: Batch
    let learningRate: Double
    /// Nil where the step draws no random numbers.
    let seed: UInt64?

    /// - Parameter step: the number of the step from 1.
    func ofStep(_ step: Int) -> [String: Tensor] {
        var inputs = batch.values
        inputs[GraphName.learningRate] = Tensor(scalar: Float(learningRate))
        inputs[GraphName.step] = Tensor(scalar: Float(step))
        if let seed { inputs[Trace.randomKeyName] = Self.randomKey(step: step, seed: seed) }
        return inputs
    }

    /// The key of a step's random numbers.
    static func randomKey(step: Int, seed: UInt64) -> Tensor {
        let key = CounterBasedGenerator(seed: seed, purpose: "step").derived(UInt64(step - 1)).key
        return Tensor(integers: [Int32(bitPattern: key[0]), Int32(bitPattern: key[1])])
    }
}
