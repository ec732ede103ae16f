import FoveaGraph

/// Standardises groups of channels of each sequence over its valid steps: y = (x − μ)/√(σ² + ε) · weight + bias, with μ and σ² over
/// the C/groups channels and the steps before the sequence's length.
///
/// Input [N, C, T]; result of the same shape. Parameters: `weight`, `bias` [C]. No batch statistics: training and inference are
/// the same, and so is a batch of one. Same numbers as `torch.nn.GroupNorm` on the valid steps of each sequence.
///
/// Source: Wu and He, "Group Normalization", 2018.
public struct GroupNorm1D: SequenceLayer {
    public let groups: Int
    public let epsilon: Double
    let weight: Parameter
    let bias: Parameter

    public init(_ groups: Int, epsilon: Double = 1e-5) {
        self.groups = groups
        self.epsilon = epsilon
        weight = Parameter(.ones)
        bias = Parameter(.zeros)
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            let channels = input.values.shape[1]
            guard groups >= 1, channels >= 1, channels % groups == 0 else {
                throw FoveaError(
                    .usage, layer: "has \(groups) groups over \(channels) channels.",
                    remedy: "Use a number of groups that divides the channels.")
            }
            func declare(_ parameter: Parameter) throws -> Value {
                try trace.declare(parameter, [channels], .init(incoming: channels, outgoing: channels))
                    .perChannel(rank: 3)
            }
            let wide = input.with(try trace.inParameterType(input.values))
            let centred = try wide.values - mean(of: wide)
            let variance = try mean(of: wide.with(centred * centred))
            let standardized = try centred / SquareRoot().applied(to: variance + epsilon)
            return input.with(try trace.inArithmetic(standardized * declare(weight) + declare(bias)))
        }
    }

    /// The mean of each group over the valid steps, for each of its channels: [N, C, 1].
    private func mean(of input: SequenceValue) throws -> Value {
        let (batch, channels) = (input.values.shape[0], input.values.shape[1])
        let perChannel = try SequencePooling.mean(of: input)
        let grouped = try Reshape(to: [batch, groups, channels / groups]).applied(to: perChannel)
        let means = try ReduceMean(axes: [2], keepDimensions: true).applied(to: grouped)
        return try Reshape(to: [batch, channels, 1])
            .applied(to: Broadcast(to: [batch, groups, channels / groups]).applied(to: means))
    }
}
