public import FoveaGraph

/// What a causal network has to remember of a stream: the last inputs of each filter that looks back.
public struct CausalState {
    /// The inputs of each convolution, [N, C, (kernel − 1)·dilation], in the order in which they are called; one that looks at a
    /// single step has none.
    public var inputs: [Value]

    public init(inputs: [Value]) { self.inputs = inputs }
}

/// The results of a causal layer over the next steps of a stream.
public struct CausalResult {
    /// The channels after each of these steps, [N, filters, T].
    public let sequence: Value
    /// What to pass back in to go on.
    public let state: CausalState
}

/// A layer over sequences no step of whose result depends on a later one, so that it can follow a stream.
public protocol CausalLayer: SequenceLayer {
    /// The shape of each of ``CausalState/inputs`` for one example, [channels, steps].
    ///
    /// - Parameter channels: those of the input.
    func stateShapes(channels: Int) -> [Shape]

    /// Adds the layer over the next steps [N, C, T] of a stream, all of them valid.
    ///
    /// - Parameter state: what came before; nil for zeros, as before the first step.
    /// - Throws: ``FoveaError`` that names the layer when it is not causal, or the state does not fit.
    func callAsFunction(_ steps: Value, state: CausalState?) throws -> CausalResult
}

extension Conv1D: CausalLayer {
    /// (kernel − 1)·dilation.
    private var lookback: Int { saturatingProduct(dilation, max(0, kernel - 1)) }

    public func stateShapes(channels: Int) -> [Shape] { lookback == 0 ? [] : [Shape([channels, lookback])] }

    public func callAsFunction(_ steps: Value, state: CausalState?) throws -> CausalResult {
        guard lookback > 0 else { return CausalResult(sequence: try self(steps), state: CausalState(inputs: [])) }
        let known = try steps.trace.place(self, holding: weight.parameters.first) { trace in
            try SequenceValue(steps).expectSeries()
            guard padding == .causal, stride == 1 else {
                throw FoveaError(
                    .usage, layer: "cannot follow a stream with the padding \(padding) and the stride \(stride).",
                    remedy: "Use causal padding and the stride 1: other filters wait for later steps.")
            }
            let shape = try Shape(validating: [steps.shape[0], steps.shape[1], lookback])
            if let state, state.inputs.map(\.shape) != [shape] {
                throw FoveaError(
                    .usage, layer: "was given a state of \(state.inputs.map(\.shape)).",
                    remedy: "It is one of \(shape): pass the one that the layer returned.")
            }
            let before =
                try state?.inputs[0]
                ?? trace.constant(Tensor(repeating: 0, TensorType(shape, steps.dataType)))
            return try Concatenation(axis: 2).results(on: [before, steps])[0]
        }
        let kept = try Slice(axis: 2, start: known.shape[2] - lookback, end: known.shape[2]).applied(to: known)
        return CausalResult(
            sequence: try convolved(SequenceValue(known), padding: .valid).values, state: CausalState(inputs: [kept]))
    }
}
