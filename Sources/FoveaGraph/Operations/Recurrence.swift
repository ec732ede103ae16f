/// A recurrent layer over a batch of sequences, in one direction: each step's state follows from its input and the state
/// before, by the equations of ``RecurrentCell``.
///
/// Operands, for T steps, N sequences, I inputs, a cell of H numbers with G gates, and a state of P numbers, which are H
/// without a projection: x [T, N, I]; weights [G·H, I] of the input and [G·H, P] of the state; a bias [G·H] of each; the
/// state before the first step [N, P]; for an LSTM the cell [N, H], with `hasProjection` [P, H], which gives
/// h′ = projection · (o⊙tanh(c′)), and with `hasPeepholes` [3, H], by which the gates i and f also see c, and o sees c′, in
/// the order i, o, f; with `hasLengths` int32 [N].
///
/// Results: the states [T, N, P]; the state after the last step [N, P]; an LSTM's cell after it [N, H]; and what the gradient
/// needs: the gates [T, N, 4, H] and an LSTM's cells [T, N, H]. A loss may depend on the first three.
///
/// Beyond a sequence's length its results are 0 and its state stands still; reversed, it begins at its last valid step. A
/// length below 0 counts as 0, one above T as T.
///
/// Source: ONNX `RNN`, `LSTM` and `GRU`. Same numbers as `torch.nn.RNN`, `LSTM` and `GRU`.
public struct Recurrence: Operation {
    public static let name = "Recurrence"
    public let cell: RecurrentCell
    public let isReversed: Bool
    public let hasProjection: Bool
    public let hasPeepholes: Bool
    public let hasLengths: Bool

    public init(
        _ cell: RecurrentCell, isReversed: Bool = false, hasProjection: Bool = false, hasPeepholes: Bool = false,
        hasLengths: Bool = false
    ) {
        self.cell = cell
        self.isReversed = isReversed
        self.hasProjection = hasProjection
        self.hasPeepholes = hasPeepholes
        self.hasLengths = hasLengths
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        let o = try RecurrentOperands(operands, of: self)
        let sizes = try sizes(of: o)
        let type = o.x.dataType
        let (steps, batch) = (sizes.steps, sizes.batch)
        var results = [[steps, batch, sizes.outputs], [batch, sizes.outputs]]
        if cell == .lstm { results.append([batch, sizes.hidden]) }
        if cell.keptGateCount > 0 { results.append([steps, batch, cell.keptGateCount, sizes.hidden]) }
        if cell == .lstm { results.append([steps, batch, sizes.hidden]) }
        return try results.map { TensorType(try Shape(validating: $0), type) }
    }

    /// The sizes, from operands that fit each other.
    package func sizes(of o: RecurrentOperands<TensorType>) throws -> RecurrentSizes {
        guard hasProjection || hasPeepholes ? cell == .lstm : true else {
            throw FoveaError(
                .usage, "A recurrence of kind \(cell) has a projection or peepholes.",
                remedy: "Only an LSTM has them.")
        }
        try expectRank(3, o.x, "an input", of: Self.name)
        try expectRank(2, o.recurrentWeights, "the state's weights", of: Self.name)
        let rows = o.recurrentWeights.shape[0]
        let sizes = RecurrentSizes(
            steps: o.x.shape[0], batch: o.x.shape[1], inputs: o.x.shape[2], hidden: rows / cell.gateCount,
            outputs: o.recurrentWeights.shape[1])
        guard rows % cell.gateCount == 0, sizes.hidden > 0, hasProjection || sizes.outputs == sizes.hidden else {
            throw FoveaError(
                .usage,
                "The state's weights of a recurrence of kind \(cell) have the shape \(o.recurrentWeights.shape).",
                remedy:
                    "They have \(cell.gateCount) rows for each number of the cell, and as many columns as the state.")
        }
        var expected: [(String, TensorType?, [Int])] = [
            ("the input's weights", o.inputWeights, [rows, sizes.inputs]), ("the input's bias", o.inputBias, [rows]),
            ("the state's bias", o.recurrentBias, [rows]), ("the first state", o.state, [sizes.batch, sizes.outputs]),
            ("the first cell", o.cell, [sizes.batch, sizes.hidden]),
            ("the projection", o.projection, [sizes.outputs, sizes.hidden]),
            ("the peepholes", o.peepholes, [3, sizes.hidden]),
        ]
        expected = expected.filter { $0.1 != nil }
        try expectFloatingPoint([o.x, o.recurrentWeights] + expected.compactMap(\.1), of: Self.name)
        for (name, type, shape) in expected where type?.shape.dimensions != shape {
            throw FoveaError(
                .usage,
                "In a recurrence over \(o.x.shape), \(name) has the shape \(type?.shape.description ?? "") and not "
                    + "\(Shape(shape)).", remedy: "Give all operands sizes that fit each other.")
        }
        if let lengths = o.lengths, lengths != TensorType([sizes.batch], .int32) {
            throw FoveaError(
                .usage, "The lengths of a recurrence over \(o.x.shape) are \(lengths).",
                remedy: "Give an int32 for each of the \(sizes.batch) sequences.")
        }
        return sizes
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        let lossCount = cell == .lstm ? 3 : 2
        guard upstream.dropFirst(lossCount).allSatisfy({ $0 == nil }) else {
            throw FoveaError(
                .usage, "The loss depends on the gates that \(Self.name) keeps for its gradient.",
                remedy: "Use its states, which are the first results.")
        }
        let gradient = RecurrenceGradient(
            of: self, hasSequenceGradient: upstream[0] != nil, hasStateGradient: upstream[1] != nil,
            hasCellGradient: cell == .lstm && upstream[2] != nil)
        let kept = [results[0]] + results.dropFirst(lossCount)
        let gradients: [Value?] = try gradient.results(
            on: operands + kept + upstream.prefix(lossCount).compactMap { $0 })
        return gradients + (hasLengths ? [nil] : [])
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        guard let o = try? RecurrentOperands(operands, of: self) else {
            preconditionFailure("the type rule counts the operands")
        }
        let sizes = RecurrentSizes(of: o)
        var results = resultTypes.map { ReferenceTensor($0.shape) }
        let gates = cell == .lstm ? 3 : 2
        for row in 0..<sizes.batch {
            var (state, memory) = (o.state.row(row), o.cell?.row(row) ?? [])
            for t in steps(of: row, o.lengths, sizes) {
                let place = t * sizes.batch + row
                let step = RecurrentStep(self, o, x: o.x.row(place), state: state, memory: memory)
                (state, memory) = (step.state, step.memory)
                results[0].setRow(place, state)
                if cell.keptGateCount > 0 { results[gates].setRow(place, step.kept) }
                if cell == .lstm { results[gates + 1].setRow(place, memory) }
            }
            results[1].setRow(row, state)
            if cell == .lstm { results[2].setRow(row, memory) }
        }
        return results
    }

    /// The steps of a sequence, in the order in which they are made.
    func steps(of row: Int, _ lengths: ReferenceTensor?, _ sizes: RecurrentSizes) -> [Int] {
        let length = lengths.map { min(sizes.steps, max(0, Int($0.elements[row]))) } ?? sizes.steps
        return isReversed ? (0..<length).reversed() : Array(0..<length)
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        guard let o = try? RecurrentOperands(operands, of: self), let sizes = try? sizes(of: o) else { return 0 }
        let perStep = saturatingSum(
            saturatingProduct(cell.gateCount * sizes.hidden, sizes.inputs + sizes.outputs),
            hasProjection ? saturatingProduct(sizes.hidden, sizes.outputs) : 0)
        return saturatingProduct(saturatingProduct(sizes.steps, sizes.batch), perStep)
    }
}

/// The sizes of a recurrence.
package struct RecurrentSizes: Hashable, Sendable {
    package let steps: Int
    package let batch: Int
    package let inputs: Int
    package let hidden: Int
    package let outputs: Int

    init(steps: Int, batch: Int, inputs: Int, hidden: Int, outputs: Int) {
        (self.steps, self.batch, self.inputs) = (steps, batch, inputs)
        (self.hidden, self.outputs) = (hidden, outputs)
    }

    /// Of operands that fit each other.
    init(of o: RecurrentOperands<ReferenceTensor>) {
        self.init(
            steps: o.x.shape[0], batch: o.x.shape[1], inputs: o.x.shape[2],
            hidden: o.projection?.shape[1] ?? o.recurrentWeights.shape[1], outputs: o.recurrentWeights.shape[1])
    }
}
