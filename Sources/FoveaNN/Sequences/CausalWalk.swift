public import FoveaGraph

/// Causal layers one after the other over the next steps of a stream, each with its part of the state: how to make a
/// ``CausalLayer`` of others.
public struct CausalWalk {
    private var given: [Value]?
    /// What to pass back in to go on, of the layers called so far.
    public private(set) var state = CausalState(inputs: [])

    /// - Parameter state: that of all the layers; nil for zeros.
    public init(from state: CausalState?) { given = state?.inputs }

    /// The layer over the steps, from its part of the state.
    public mutating func callAsFunction(_ layer: some CausalLayer, _ steps: Value) throws -> Value {
        let count = steps.shape.rank == 3 ? layer.stateShapes(channels: steps.shape[1]).count : 0
        let part = given.map { CausalState(inputs: Array($0.prefix(count))) }
        given = given.map { Array($0.dropFirst(count)) }
        let result = try layer(steps, state: part)
        state.inputs += result.state.inputs
        return result.sequence
    }
}
