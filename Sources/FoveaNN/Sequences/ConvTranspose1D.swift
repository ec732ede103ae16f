import FoveaGraph

/// Transposed convolution over time, which makes sequences longer: every step adds its value times a filter to the steps around
/// stride · t, y[n, o, s·t + d·u − p] += x[n, c, t] · weight[c, o, u].
///
/// Input [N, C, T]; result [N, filters, T'] with T' = (T − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1, and the
/// lengths likewise. Parameters: `weight` [C, filters/groups, kernel], `bias` [filters]. Same numbers and initialization as
/// `torch.nn.ConvTranspose1d`. What lies beyond a sequence's length counts as 0.
///
/// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.
public struct ConvTranspose1D: SequenceLayer {
    public let filters: Int
    public let kernel: Int
    public let stride: Int
    public let padding: Int
    public let outputPadding: Int
    public let dilation: Int
    public let groups: Int
    let weight: Parameter
    let bias: Parameter?

    /// - Parameters:
    ///   - padding: the steps that are cut off on each side.
    ///   - outputPadding: the steps that are added behind, fewer than the stride: several lengths have the same convolution.
    public init(
        _ filters: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0, dilation: Int = 1,
        groups: Int = 1, bias: Bool = true, initializer: Initializer = .kaimingUniform(),
        biasInitializer: Initializer = .uniformFanIn
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
        weight = Parameter(initializer)
        self.bias = bias ? Parameter(biasInitializer) : nil
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            let (batch, channels) = (input.values.shape[0], input.values.shape[1])
            guard filters >= 1, groups >= 1, channels % groups == 0, filters % groups == 0 else {
                throw FoveaError(
                    .usage, layer: "has \(filters) filters in \(groups) groups over \(channels) channels.",
                    remedy: "Use a number of groups that divides both, and at least 1 filter.")
            }
            let axis = Window.Axis(
                kernel: kernel, stride: stride, dilation: dilation, before: padding, after: padding)
            // A window reports a kernel, stride, dilation or padding that is impossible.
            let window = try Window(axes: [axis])
            guard (0..<stride).contains(outputPadding) else {
                throw FoveaError(
                    .usage, layer: "adds \(outputPadding) steps behind with a stride of \(stride).",
                    remedy: "Use from 0 to \(stride - 1).")
            }
            let lengthening = TransposedWindowLengths(axis, outputPadding: outputPadding)
            let steps = lengthening.length(input.steps)
            guard steps >= 1 else {
                throw FoveaError(
                    .usage, layer: "cuts \(padding) steps off on each side and leaves none of \(input.steps).",
                    remedy: "Use less padding.")
            }
            let (fanIn, fanOut) = (filters / groups * kernel, channels / groups * kernel)
            let shape = try Shape(validating: [channels, filters / groups, kernel])
            var result = try ConvolutionInputGradient(
                window, groups: groups, inputShape: Shape(validating: [batch, filters, steps])
            ).applied(to: input.masked().values, weight.value(shape, fanIn: fanIn, fanOut: fanOut, in: trace))
            if let bias {
                result = try result + bias.value([filters], fanIn: fanIn, fanOut: fanOut, in: trace).perChannel(rank: 3)
            }
            return SequenceValue(result, lengths: try input.lengths.map { try lengthening.applied(to: $0) })
        }
    }
}
