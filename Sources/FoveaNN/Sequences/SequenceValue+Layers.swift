import FoveaGraph

extension SequenceValue {
    /// Throws unless the values are series [N, C, T].
    func expectSeries() throws {
        guard values.shape.rank == 3, values.dataType.isFloatingPoint else {
            throw FoveaError(
                .usage, layer: "expects sequences [batch, channels, steps], \(values.producer) gives \(values.type).",
                remedy: "Put an Embedding before it where the steps are tokens; one channel is [batch, 1, steps].")
        }
    }

    /// With zeros, or another number, beyond the lengths.
    func masked(by fill: Double = 0) throws -> SequenceValue {
        guard let lengths else { return self }
        return with(try SequenceMask(fill: fill).applied(to: values, lengths))
    }

    /// The lengths behind a window over the steps.
    func lengths(behind axis: Window.Axis) throws -> Value? {
        let keepsLengths = axis.stride == 1 && axis.before + axis.after + 1 == axis.span
        return try lengths.map { keepsLengths ? $0 : try WindowLengths(axis).applied(to: $0) }
    }
}

extension Layer {
    /// The layer over the values of sequences, element by element: an activation, say.
    public func overSteps(_ input: SequenceValue) throws -> SequenceValue { input.with(try self(input.values)) }
}
