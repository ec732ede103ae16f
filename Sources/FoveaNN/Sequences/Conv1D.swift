import FoveaGraph

/// Convolution over time: every filter slides over the steps and gives one channel of the result, with the same weights
/// everywhere.
///
/// Input [N, C, T]; result [N, filters, T'] with T' = ⌊(T + padding − dilation·(kernel − 1) − 1)/stride⌋ + 1, and the lengths
/// likewise. Parameters: `weight` [filters, C/groups, kernel], `bias` [filters]; with weight normalization `weight_g`
/// [filters, 1, 1] and `weight_v` instead of `weight`, which is then g·v/‖v‖ for each filter. Same numbers and initialization as
/// `torch.nn.Conv1d`. What lies beyond a sequence's length counts as 0; a sequence that is shorter than an unpadded filter
/// still gives one step.
///
/// Source of weight normalization: Salimans and Kingma, "Weight Normalization", 2016.
public struct Conv1D: SequenceLayer {
    /// The zeros around a sequence.
    public enum Padding: Hashable, Sendable, ExpressibleByIntegerLiteral {
        /// None: the filter stays inside the sequence.
        case valid
        /// As many as keep the length at stride 1 and give ⌈T / stride⌉ otherwise; an odd one goes behind.
        case same
        /// dilation·(kernel − 1) zeros before the sequence: no result depends on a later step.
        case causal
        /// A number of zeros on each side.
        case explicit(Int)

        public init(integerLiteral value: Int) { self = .explicit(value) }
    }

    public let filters: Int
    public let kernel: Int
    public let stride: Int
    public let padding: Padding
    public let dilation: Int
    public let groups: Int
    let weight: NamedParameters
    let bias: Parameter?

    /// - Parameter weightNorm: whether length and direction of each filter are learned apart.
    public init(
        _ filters: Int, kernel: Int, stride: Int = 1, padding: Padding = .valid, dilation: Int = 1, groups: Int = 1,
        bias: Bool = true, weightNorm: Bool = false, initializer: Initializer = .kaimingUniform(),
        biasInitializer: Initializer = .uniformFanIn
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        weight = weightNorm ? .normalizedFilters(initializer) : .filters(initializer)
        self.bias = bias ? Parameter(biasInitializer) : nil
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try convolved(input, padding: padding)
    }

    /// The layer with another padding.
    func convolved(_ input: SequenceValue, padding: Padding) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight.parameters.first) { trace in
            try input.expectSeries()
            let channels = input.values.shape[1]
            guard filters >= 1, groups >= 1, channels % groups == 0, filters % groups == 0 else {
                throw FoveaError(
                    .usage,
                    layer: "has \(filters) filters in \(groups) groups over \(channels) channels.",
                    remedy: "Use a number of groups that divides both, and at least 1 filter.")
            }
            guard padding != .same || stride == 1 || input.lengths == nil else {
                throw FoveaError(
                    .usage, layer: "pads sequences of unequal lengths to the same length with the stride \(stride).",
                    remedy: "The zeros before a sequence would depend on its padding: give their number instead.")
            }
            let axis = try axis(over: input.steps, padding: padding)
            let window = try Window(axes: [axis])
            let shape = try Shape(validating: [filters, channels / groups, kernel])
            let (fanIn, fanOut) = (channels / groups * kernel, filters / groups * kernel)
            // A filter that looks ahead must see zeros behind a sequence's end; one that does not sees no padding.
            let looksAhead = axis.span > axis.before + 1
            let values = looksAhead ? try input.masked().values : input.values
            var operands = [values, try weight.filters(shape, fanIn: fanIn, fanOut: fanOut, in: trace)]
            if let bias { operands.append(try bias.value([filters], fanIn: fanIn, fanOut: fanOut, in: trace)) }
            return SequenceValue(
                try Convolution(window, groups: groups).results(on: operands)[0],
                lengths: try input.lengths(behind: axis))
        }
    }

    private func axis(over steps: Int, padding: Padding) throws -> Window.Axis {
        let span = saturatingSum(saturatingProduct(dilation, kernel - 1), 1)
        switch padding {
        case .valid: return Window.Axis(kernel: kernel, stride: stride, dilation: dilation)
        case .causal: return Window.Axis(kernel: kernel, stride: stride, dilation: dilation, before: span - 1)
        case .explicit(let zeros):
            return Window.Axis(kernel: kernel, stride: stride, dilation: dilation, before: zeros, after: zeros)
        case .same:
            return try Window(axes: [Window.Axis(kernel: kernel, stride: stride, dilation: dilation)])
                .paddedToSame(over: [steps]).axes[0]
        }
    }
}
