import FoveaFoundation

/// The gradient of one step of one sequence, by the chain rule.
struct RecurrentStepGradient {
    /// What the step read, and what it gave.
    struct Given {
        let x: [Double]
        let stateAfter: [Double]
        let stateBefore: [Double]
        let gates: [Double]
        let cellAfter: [Double]
        let cellBefore: [Double]
    }

    private(set) var forX: [Double] = []
    /// With respect to the state before the step.
    private(set) var forState: [Double]
    /// With respect to the cell before the step.
    private(set) var forCell: [Double]
    private let hidden: Int
    private let given: Given

    /// - Parameters:
    ///   - forState: the gradient with respect to the state after the step.
    ///   - forCell: that with respect to the cell after it.
    ///   - sums: receives the gradients of weights and biases.
    init(
        _ recurrence: Recurrence, _ o: RecurrentOperands<ReferenceTensor>, _ given: Given, forState: [Double],
        forCell: [Double], adding sums: inout RecurrentGradients
    ) {
        self.given = given
        self.forState = forState
        self.forCell = forCell
        hidden = o.recurrentWeights.shape[0] / recurrence.cell.gateCount
        switch recurrence.cell {
        case .tanh: walkBack(slopes: given.stateAfter.map { 1 - $0 * $0 }, o, &sums)
        case .relu: walkBack(slopes: given.stateAfter.map { $0 > 0 ? 1 : 0 }, o, &sums)
        case .lstm: walkBackLSTM(o, &sums)
        case .gru: walkBackGRU(resetsFirst: false, o, &sums)
        case .gruResettingFirst: walkBackGRU(resetsFirst: true, o, &sums)
        }
    }

    private func gate(_ number: Int) -> [Double] {
        Array(given.gates[number * hidden..<(number + 1) * hidden])
    }

    /// Adds what the gradients of sums mean for weights and biases.
    ///
    /// - Returns: their gradients with respect to the input and to the state that they are made of.
    private func throughProducts(
        _ forSums: [Double], _ forStateSums: [Double]? = nil, state: [Double]? = nil, gates: Range<Int>,
        _ o: RecurrentOperands<ReferenceTensor>, _ sums: inout RecurrentGradients
    ) -> (x: [Double], state: [Double]) {
        let rows = gates.lowerBound * hidden..<gates.upperBound * hidden
        let (forStateSums, state) = (forStateSums ?? forSums, state ?? given.stateBefore)
        sums[.inputWeights]?.addProducts(forSums, given.x, rows: rows)
        sums[.recurrentWeights]?.addProducts(forStateSums, state, rows: rows)
        for (k, row) in rows.enumerated() {
            sums[.inputBias]?.elements[row] += forSums[k]
            sums[.recurrentBias]?.elements[row] += forStateSums[k]
        }
        return (
            o.inputWeights.transposedTimes(forSums, rows: rows),
            o.recurrentWeights.transposedTimes(forStateSums, rows: rows)
        )
    }

    private mutating func walkBack(
        slopes: [Double], _ o: RecurrentOperands<ReferenceTensor>, _ sums: inout RecurrentGradients
    ) {
        let forSums = zip(forState, slopes).map(*)
        (forX, forState) = throughProducts(forSums, gates: 0..<1, o, &sums)
    }

    private mutating func walkBackLSTM(
        _ o: RecurrentOperands<ReferenceTensor>, _ sums: inout RecurrentGradients
    ) {
        let (i, f, g, out) = (gate(0), gate(1), gate(2), gate(3))
        let squashed = given.cellAfter.map(tanh)
        var forUnprojected = forState
        if let projection = o.projection {
            let rows = 0..<projection.shape[0]
            sums[.projection]?.addProducts(forState, zip(out, squashed).map(*), rows: rows)
            forUnprojected = projection.transposedTimes(forState, rows: rows)
        }
        /// What a gradient gives through a peephole; without peepholes nothing, not even of an infinity.
        func through(_ number: Int, _ k: Int, _ gradient: Double) -> Double {
            o.peepholes.map { gradient * $0[number, k] } ?? 0
        }
        var forSums: [[Double]] = Array(repeating: .zeros(hidden), count: 4)
        for k in 0..<hidden {
            forSums[3][k] = forUnprojected[k] * squashed[k] * out[k] * (1 - out[k])
            let forC =
                forCell[k] + forUnprojected[k] * out[k] * (1 - squashed[k] * squashed[k])
                + through(1, k, forSums[3][k])
            forSums[0][k] = forC * g[k] * i[k] * (1 - i[k])
            forSums[1][k] = forC * given.cellBefore[k] * f[k] * (1 - f[k])
            forSums[2][k] = forC * i[k] * (1 - g[k] * g[k])
            forCell[k] = forC * f[k] + through(0, k, forSums[0][k]) + through(2, k, forSums[1][k])
        }
        let cells = [
            (0, forSums[0], given.cellBefore), (1, forSums[3], given.cellAfter), (2, forSums[1], given.cellBefore),
        ]
        for (row, factors, cell) in cells { sums[.peepholes]?.addRow(row, zip(factors, cell).map(*)) }
        (forX, forState) = throughProducts(forSums.flatMap { $0 }, gates: 0..<4, o, &sums)
    }

    private mutating func walkBackGRU(
        resetsFirst: Bool, _ o: RecurrentOperands<ReferenceTensor>, _ sums: inout RecurrentGradients
    ) {
        let (r, z, n, product) = (gate(0), gate(1), gate(2), gate(3))
        let before = given.stateBefore
        var (forNew, forProduct, forGates) = (
            [Double].zeros(hidden), [Double].zeros(hidden), [Double].zeros(2 * hidden)
        )
        for k in 0..<hidden {
            forNew[k] = forState[k] * (1 - z[k]) * (1 - n[k] * n[k])
            forProduct[k] = resetsFirst ? forNew[k] : forNew[k] * r[k]
            forGates[hidden + k] = forState[k] * (before[k] - n[k]) * z[k] * (1 - z[k])
        }
        let multiplied: [Double] = resetsFirst ? zip(r, before).map(*) : before
        let new = throughProducts(forNew, forProduct, state: multiplied, gates: 2..<3, o, &sums)
        for k in 0..<hidden {
            let forReset = resetsFirst ? new.state[k] * before[k] : forNew[k] * product[k]
            forGates[k] = forReset * r[k] * (1 - r[k])
        }
        let gates = throughProducts(forGates, gates: 0..<2, o, &sums)
        forX = zip(new.x, gates.x).map(+)
        for k in 0..<hidden {
            let throughNew = resetsFirst ? new.state[k] * r[k] : new.state[k]
            forState[k] = forState[k] * z[k] + gates.state[k] + throughNew
        }
    }
}
