import FoveaGraph

/// What RNNCell, LSTMCell and GRUCell share: parameters by PyTorch's names, and one step.
struct CellStep {
    let cell: RecurrentCell
    let hidden: Int

    static func makeParameters(bias: Bool, _ initializers: RecurrentInitializers) -> NamedParameters {
        let weights = [("weight_ih", initializers.input), ("weight_hh", initializers.recurrent)]
        let biases = [("bias_ih", initializers.inputBias), ("bias_hh", initializers.recurrentBias)]
        return NamedParameters((weights + (bias ? biases : [])).map { Parameter($1, named: $0) })
    }

    /// One step from a state, zeros by default.
    ///
    /// - Parameters:
    ///   - input: [N, C].
    ///   - state: the state [N, H] and, for an LSTM, the cell [N, H].
    /// - Returns: state and cell after the step.
    func callAsFunction(
        _ input: Value, _ state: [Value]?, _ parameters: NamedParameters, in trace: Trace
    ) throws -> [Value] {
        guard input.shape.rank == 2, hidden >= 1 else {
            throw FoveaError(
                .usage, layer: "expects [batch, channels] and \(input.producer) gives \(input.shape).",
                remedy: "Take one step of the sequence, and a cell of at least 1 number.")
        }
        let (batch, inputs, rows) = (input.shape[0], input.shape[1], cell.gateCount * hidden)
        let stateShape = Shape([batch, hidden])
        if let state, state.contains(where: { $0.shape != stateShape }) {
            throw FoveaError(
                .usage, layer: "was given a state of \(state.map(\.shape.description).joined(separator: " and ")).",
                remedy: "It is \(stateShape) for \(batch) sequences.")
        }
        func value(_ name: String, _ shape: [Int]) throws -> Value {
            guard let parameter = parameters[name] else {
                return try trace.constant(Tensor(repeating: 0, TensorType(Shape(shape), input.dataType)))
            }
            return try parameter.value(Shape(validating: shape), fanIn: hidden, fanOut: rows, in: trace)
        }
        let zeros = Tensor(repeating: 0, TensorType(stateShape, input.dataType))
        let start = try state ?? (0..<(cell == .lstm ? 2 : 1)).map { _ in try trace.constant(zeros) }
        let results = try Recurrence(cell).results(
            on: [
                Reshape(to: [1, batch, inputs]).applied(to: input), value("weight_ih", [rows, inputs]),
                value("weight_hh", [rows, hidden]), value("bias_ih", [rows]), value("bias_hh", [rows]),
            ] + start)
        return Array(results[1...(cell == .lstm ? 2 : 1)])
    }
}
