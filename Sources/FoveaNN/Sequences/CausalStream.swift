public import FoveaGraph

/// A causal network one piece of a stream at a time, as ``RecurrentStream`` is a recurrent layer: pieces give what the whole gives,
/// and a step costs a step.
///
/// Inputs: `sequences` [N, C, T], the next steps, often one, and what was kept of those before, zeros at first: `inputs/0`,
/// `inputs/1`, … [N, C, (kernel − 1)·dilation]. Outputs: `sequence` [N, filters, T], `last` [N, filters], and what to keep under the
/// same names.
public struct CausalStream: Network {
    let causal: any CausalLayer

    /// - Parameter causal: a ``TCN``, a ``Conv1D`` with causal padding, or a layer of your own of these.
    public init(_ causal: any CausalLayer) { self.causal = causal }

    public func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let state = CausalState(inputs: inputs.filter { $0.0.hasPrefix("inputs/") }.map(\.1))
        let result = try causal(inputs[GraphName.sequences], state: state)
        var outputs: Named<Value> = [
            "sequence": result.sequence, "last": try SequencePooling(.last)(result.sequence),
        ]
        for (number, value) in result.state.inputs.enumerated() { outputs.set("inputs/\(number)", to: value) }
        return outputs
    }

    /// The types of one example's inputs, for pieces of some steps.
    public func inputs(channels: Int, steps: Int) -> Named<TensorType> {
        var types: Named<TensorType> = [GraphName.sequences: .float32([channels, steps])]
        for (number, shape) in causal.stateShapes(channels: channels).enumerated() {
            types.set("inputs/\(number)", to: .float32(shape))
        }
        return types
    }
}
