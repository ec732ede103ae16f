public import FoveaGraph

/// Convolution: every filter slides over the image and gives one channel of the result, with the same weights everywhere.
///
/// Input [N, C, H, W]; result [N, filters, H', W'] with H' = ⌊(H + padding − dilation·(kernel − 1) − 1)/stride⌋ + 1.
/// Parameters: `weight` [filters, C/groups, KH, KW], `bias` [filters]. Same numbers and initialization as
/// `torch.nn.Conv2d`.
public struct Conv2D: Layer {
    /// The zeros around the image.
    public enum Padding: Hashable, Sendable, ExpressibleByIntegerLiteral {
        /// None: the filter stays inside the image.
        case valid
        /// As many as keep the size at stride 1 and give ⌈size / stride⌉ otherwise; an odd one goes below and right.
        case same
        /// A number of zeros for each side.
        case explicit(Window.Padding)

        public init(integerLiteral value: Int) { self = .explicit(Window.Padding(value)) }
    }

    public let filters: Int
    public let kernel: Window.Extent
    public let stride: Window.Extent
    public let padding: Padding
    public let dilation: Window.Extent
    public let groups: Int
    /// The number of input channels to check for; nil to take it from the input.
    public let inputs: Int?
    let weight: Parameter
    let bias: Parameter?

    public init(
        _ filters: Int, kernel: Window.Extent, stride: Window.Extent = 1, padding: Padding = .valid,
        dilation: Window.Extent = 1, groups: Int = 1, bias: Bool = true, inputs: Int? = nil,
        initializer: Initializer = .kaimingUniform(), biasInitializer: Initializer = .uniformFanIn
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.inputs = inputs
        weight = Parameter(initializer)
        self.bias = bias ? Parameter(biasInitializer) : nil
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self, holding: weight) { trace in
            try input.expectImages()
            let channels = input.shape[1]
            if let inputs, inputs != channels {
                throw input.mismatch(expected: inputs, "input channels", found: channels)
            }
            guard filters >= 1, groups >= 1 else {
                throw FoveaError(
                    .usage, layer: "has \(filters) filters in \(groups) groups.", remedy: "Use at least 1 of each.")
            }
            guard channels % groups == 0, filters % groups == 0 else {
                throw FoveaError(
                    .usage,
                    layer:
                        "has \(groups) groups, which do not divide \(channels) input channels and \(filters) filters.",
                    remedy: "Use a number of groups that divides both.")
            }
            let window = try window(over: input.shape)
            let shape = try Shape(validating: [filters, channels / groups, kernel.height, kernel.width])
            let area = kernel.height * kernel.width
            let (fanIn, fanOut) = (channels / groups * area, filters / groups * area)
            var operands = [input, try weight.value(shape, fanIn: fanIn, fanOut: fanOut, in: trace)]
            if let bias { operands.append(try bias.value([filters], fanIn: fanIn, fanOut: fanOut, in: trace)) }
            return try Convolution(window, groups: groups).results(on: operands)[0]
        }
    }

    private func window(over images: Shape) throws -> Window {
        let unpadded = try Window(kernel: kernel, stride: stride, dilation: dilation)
        return switch padding {
        case .valid: unpadded
        case .explicit(let zeros): try Window(kernel: kernel, stride: stride, padding: zeros, dilation: dilation)
        case .same: try unpadded.paddedToSame(over: images.spatialSizes)
        }
    }
}
