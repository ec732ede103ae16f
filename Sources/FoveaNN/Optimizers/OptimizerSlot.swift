public import FoveaGraph

/// A tensor that training keeps for one parameter from step to step; zero before the first.
public struct OptimizerSlot: Hashable, Sendable {
    /// The name of the state: `momentum_buffer/conv1.weight`.
    public let name: String
    public let type: TensorType

    package init(name: String, type: TensorType) {
        self.name = name
        self.type = type
    }
}
