import FoveaGraph

/// A head for each step: [N, C, T] becomes [N, outputs, T], with the same weights everywhere.
extension Dense: SequenceLayer {
    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            let width = input.values.shape[1]
            if let inputs, inputs != width { throw input.values.mismatch(expected: inputs, "inputs", found: width) }
            let shape = try Shape(validating: [outputs, width])
            return input.with(
                try input.values.linearOverSteps(
                    weight.value(shape, fanIn: width, fanOut: outputs, in: trace),
                    bias?.value([outputs], fanIn: width, fanOut: outputs, in: trace)))
        }
    }
}

extension Value {
    /// W·x_t + b for each step: [N, C, T] with W [outputs, C] becomes [N, outputs, T].
    func linearOverSteps(_ weight: Value, _ bias: Value?) throws -> Value {
        let filters = try Reshape(to: [weight.shape[0], weight.shape[1], 1]).applied(to: weight)
        let window = try Window(axes: [Window.Axis(kernel: 1)])
        return try Convolution(window).results(on: [self, filters] + (bias.map { [$0] } ?? []))[0]
    }
}
