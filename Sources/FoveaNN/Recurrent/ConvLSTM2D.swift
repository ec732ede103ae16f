public import FoveaGraph

/// A long short-term memory over videos, whose state is an image: the ``LSTM`` with convolutions in place of matrix products.
///
/// i, f, o = σ(W_ih ∗ x_t + b_ih + W_hh ∗ h_{t−1}), each with filters of its own, and g likewise with tanh;
/// c_t = f⊙c_{t−1} + i⊙g; h_t = o⊙tanh(c_t). With peepholes i and f see weight_ch⊙c_{t−1}, and o weight_ch⊙c_t.
/// Frames [N, C, T, H, W], channels before steps as in all sequences; the convolution of the frames has stride and padding, that of
/// the state keeps its size. Parameters: `weight_ih` [4·filters, C, KH, KW], `weight_hh` [4·filters, filters, KH, KW], `bias_ih`
/// [4·filters], rows in the order i, f, g, o, the bias of f 1 at first; with peepholes `weight_ch` [3, filters, H', W'], rows i, o, f.
/// Same equations as `keras.layers.ConvLSTM2D`, whose recurrent filters start orthogonal and these from ``Initializer/glorotUniform``.
///
/// Source: Shi et al., "Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting", 2015.
public struct ConvLSTM2D: Layer {
    /// The memory between two parts of a video: what to pass back in to go on.
    public struct State {
        /// [N, filters, H', W'].
        public var hidden: Value
        /// [N, filters, H', W'].
        public var cell: Value

        public init(hidden: Value, cell: Value) { (self.hidden, self.cell) = (hidden, cell) }
    }

    public struct Result {
        /// The states after every step, [N, filters, T, H', W'], 0 beyond a video's length.
        public let sequence: Value
        /// The state after each video's last valid step, [N, filters, H', W'].
        public let last: Value
        /// State and cell after it.
        public let state: State
    }

    public let filters: Int
    public let kernel: Window.Extent
    public let stride: Window.Extent
    public let padding: Conv2D.Padding
    let parameters: NamedParameters

    /// - Parameters:
    ///   - stride: of the filters over the frames.
    ///   - padding: of the frames.
    ///   - peepholes: whether the gates see the cell.
    public init(
        _ filters: Int, kernel: Window.Extent, stride: Window.Extent = 1, padding: Conv2D.Padding = .valid,
        peepholes: Bool = false, bias: Bool = true, initializer: Initializer = .glorotUniform
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        parameters = NamedParameters(
            [Parameter(initializer, named: "weight_ih"), Parameter(initializer, named: "weight_hh")]
                + (bias ? [Parameter(.constants([0, 1, 0, 0]), named: "bias_ih")] : [])
                + (peepholes ? [Parameter(.zeros, named: "weight_ch")] : []))
    }

    /// - Parameters:
    ///   - frames: [N, C, T, H, W].
    ///   - lengths: int32 [N], the valid steps of each video; nil where all are.
    ///   - state: where the videos go on from; zeros by default.
    /// - Throws: ``FoveaError`` that names the layer when frames or state do not fit.
    public func callAsFunction(_ frames: Value, lengths: Value?, state: State?) throws -> Result {
        try frames.trace.place(self, holding: parameters.parameters.first) { trace in
            guard frames.shape.rank == 5, frames.dataType.isFloatingPoint, frames.shape[2] >= 1, filters >= 1 else {
                throw FoveaError(
                    .usage,
                    layer: "has \(filters) filters over [batch, channels, steps, height, width], "
                        + "\(frames.producer) gives \(frames.type).",
                    remedy: "Use at least 1 filter and 1 step; one channel is [batch, 1, steps, height, width].")
            }
            let (batch, steps) = (frames.shape[0], frames.shape[2])
            let inputs = try self.inputs(of: frames, in: trace)
            let area = kernel.height * kernel.width
            let recurrent = try parameter(
                "weight_hh", [4 * filters, filters, kernel.height, kernel.width], fanIn: filters * area, in: trace)
            let sizes = inputs.shape.spatialSizes
            let size = try Shape(validating: [batch, filters] + sizes)
            if let state, state.hidden.shape != size || state.cell.shape != size {
                throw FoveaError(
                    .usage, layer: "was given a state of \(state.hidden.shape) and \(state.cell.shape).",
                    remedy: "It is \(size) for these frames: pass the one that the layer returned.")
            }
            let peepholes = try peepholes(sizes, in: trace)
            let zeros = try trace.constant(Tensor(repeating: 0, TensorType(size, inputs.dataType)))
            var (hidden, cell) = (state?.hidden ?? zeros, state?.cell ?? zeros)
            let window = try Window(kernel: kernel).paddedToSame(over: sizes)
            let valid = try lengths.map { try Self.validity($0, steps, inputs.dataType, in: trace) }
            var sequence: [Value] = []
            for step in 0..<steps {
                let input = try Slice(axis: 0, start: step * batch, end: (step + 1) * batch).applied(to: inputs)
                let gates = try input + Convolution(window).applied(to: hidden, recurrent)
                var next = try self.step(gates, cell, peepholes)
                var result = next.hidden
                if let valid {
                    let isValid = try Reshape(to: [batch, 1, 1, 1])
                        .applied(to: Slice(axis: 2, start: step, end: step + 1).applied(to: valid))
                    let isOver = try isValid * -1 + 1
                    result = try result * isValid
                    next = State(
                        hidden: try result + hidden * isOver, cell: try next.cell * isValid + cell * isOver)
                }
                (hidden, cell) = (next.hidden, next.cell)
                sequence.append(try Reshape(to: Shape([batch, filters, 1] + sizes)).applied(to: result))
            }
            return Result(
                sequence: steps == 1 ? sequence[0] : try Concatenation(axis: 2).results(on: sequence)[0],
                last: hidden, state: State(hidden: hidden, cell: cell))
        }
    }

    /// The state after the last of frames that are all valid.
    public func callAsFunction(_ frames: Value) throws -> Value { try self(frames, lengths: nil, state: nil).last }

    /// What all frames add to the gates, step by step: [T·N, 4·filters, H', W'].
    private func inputs(of frames: Value, in trace: Trace) throws -> Value {
        let extents = frames.shape
        let images = try Shape(validating: [extents[2] * extents[0], extents[1], extents[3], extents[4]])
        let unpadded = try Window(kernel: kernel, stride: stride)
        let window =
            switch padding {
            case .valid: unpadded
            case .explicit(let zeros): try Window(kernel: kernel, stride: stride, padding: zeros)
            case .same: try unpadded.paddedToSame(over: images.spatialSizes)
            }
        let fanIn = extents[1] * kernel.height * kernel.width
        var operands = [
            try Reshape(to: images).applied(to: Transposition(permutation: [2, 0, 1, 3, 4]).applied(to: frames)),
            try parameter(
                "weight_ih", [4 * filters, extents[1], kernel.height, kernel.width], fanIn: fanIn, in: trace),
        ]
        if parameters["bias_ih"] != nil {
            operands.append(try parameter("bias_ih", [4 * filters], fanIn: fanIn, in: trace))
        }
        return try Convolution(window).results(on: operands)[0]
    }

    private func parameter(_ name: String, _ shape: [Int], fanIn: Int, in trace: Trace) throws -> Value {
        guard let parameter = parameters[name] else { preconditionFailure("a parameter of the layer") }
        let fanOut = 4 * filters * kernel.height * kernel.width
        return try parameter.value(Shape(validating: shape), fanIn: fanIn, fanOut: fanOut, in: trace)
    }

    /// How the gates i, o and f see the cell, each [1, filters, H', W']; nil where they do not.
    private func peepholes(_ sizes: [Int], in trace: Trace) throws -> [Value]? {
        guard parameters["weight_ch"] != nil else { return nil }
        let weights = try parameter("weight_ch", [3, filters] + sizes, fanIn: 1, in: trace)
        return try (0..<3).map { try Slice(axis: 0, start: $0, end: $0 + 1).applied(to: weights) }
    }

    /// One step from the sums of inputs and state, [N, 4·filters, H', W'].
    private func step(_ gates: Value, _ cell: Value, _ peepholes: [Value]?) throws -> State {
        func gate(_ number: Int, seeing cell: Value, _ peephole: Int) throws -> Value {
            let sum = try Slice(axis: 1, start: number * filters, end: (number + 1) * filters).applied(to: gates)
            guard let peepholes else { return sum }
            return try sum + cell * peepholes[peephole]
        }
        let written = try Sigmoid().applied(to: gate(0, seeing: cell, 0))
        let kept = try Sigmoid().applied(to: gate(1, seeing: cell, 2))
        let candidate = try Tanh().applied(
            to: Slice(axis: 1, start: 2 * filters, end: 3 * filters).applied(to: gates))
        let next = try kept * cell + written * candidate
        let used = try Sigmoid().applied(to: gate(3, seeing: next, 1))
        return State(hidden: try used * Tanh().applied(to: next), cell: next)
    }

    /// 1 at each valid step and 0 beyond, [N, 1, T].
    private static func validity(
        _ lengths: Value, _ steps: Int, _ dataType: DataType, in trace: Trace
    ) throws -> Value {
        guard lengths.type == TensorType(Shape([lengths.shape[0]]), .int32) else {
            throw FoveaError(
                .usage, layer: "was given \(lengths.type) as lengths.", remedy: "Give an int32 for each video.")
        }
        let ones = try trace.constant(
            Tensor(repeating: 1, TensorType(Shape([lengths.shape[0], 1, steps]), dataType)))
        return try SequenceMask().applied(to: ones, lengths)
    }
}
