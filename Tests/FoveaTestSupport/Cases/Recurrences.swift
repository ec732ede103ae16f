import FoveaGraph

extension OperationCase {
    /// Every kind of cell in both directions, with and without lengths, with odd sizes and with whole vectors; projection and
    /// peepholes of the LSTM; one step of one sequence; more sequences than a chunk of steps has.
    static func recurrences() -> [OperationCase] {
        let sizes: [(steps: Int, batch: Int, inputs: Int, hidden: Int)] = [
            (5, 3, 4, 6), (1, 1, 1, 4), (7, 9, 2, 17), (3, 2, 5, 50),
        ]
        let cells = RecurrentCell.allCases.flatMap { cell in
            [false, true].flatMap { isReversed in
                [false, true].flatMap { hasLengths in
                    sizes.map { recurrence(Recurrence(cell, isReversed: isReversed, hasLengths: hasLengths), $0) }
                }
            }
        }
        let variants = [(true, false), (false, true), (true, true)].flatMap { hasProjection, hasPeepholes in
            [false, true].map { isReversed in
                recurrence(
                    Recurrence(
                        .lstm, isReversed: isReversed, hasProjection: hasProjection, hasPeepholes: hasPeepholes,
                        hasLengths: !isReversed), (5, 3, 4, 6), outputs: hasProjection ? 3 : nil)
            }
        }
        let long = [RecurrentCell.lstm, .gru].map { recurrence(Recurrence($0, hasLengths: true), (40, 5, 3, 20)) }
        return cells + variants + long
    }

    private static func recurrence(
        _ operation: Recurrence, _ sizes: (steps: Int, batch: Int, inputs: Int, hidden: Int), outputs: Int? = nil
    ) -> OperationCase {
        let (hidden, outputs) = (sizes.hidden, outputs ?? sizes.hidden)
        let rows = operation.cell.gateCount * hidden
        func weights(_ shape: Shape) -> OperandDraw { OperandDraw(shape, .normal(deviation: 0.5)) }
        var operands = [
            OperandDraw([sizes.steps, sizes.batch, sizes.inputs]), weights([rows, sizes.inputs]),
            weights([rows, outputs]), weights([rows]), weights([rows]), OperandDraw([sizes.batch, outputs]),
        ]
        if operation.cell == .lstm { operands.append(OperandDraw([sizes.batch, hidden])) }
        if operation.hasProjection { operands.append(weights([outputs, hidden])) }
        if operation.hasPeepholes { operands.append(weights([3, hidden])) }
        let differentiable = Array(operands.indices)
        if operation.hasLengths { operands.append(OperandDraw([sizes.batch], .classIndices(below: sizes.steps + 1))) }
        return OperationCase(
            operation, operands, differentiable: differentiable,
            differentiableResults: operation.cell == .lstm ? [0, 1, 2] : [0, 1], isSmooth: operation.cell != .relu)
    }
}
