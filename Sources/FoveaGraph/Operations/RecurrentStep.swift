import FoveaFoundation

/// One step of one sequence of a ``Recurrence``, by the equations of ``RecurrentCell``.
struct RecurrentStep {
    private(set) var state: [Double]
    /// An LSTM's cell; empty for others.
    private(set) var memory: [Double] = []
    /// What the gradient needs: the gates, one after the other.
    private(set) var kept: [Double] = []

    /// - Parameters:
    ///   - state: before the step.
    ///   - memory: an LSTM's cell before the step.
    init(
        _ recurrence: Recurrence, _ o: RecurrentOperands<ReferenceTensor>, x: [Double], state before: [Double],
        memory: [Double]
    ) {
        let hidden = o.recurrentWeights.shape[0] / recurrence.cell.gateCount
        /// A gate's sums: those of the input and those of the state.
        func sums(_ gate: Int, of state: [Double]) -> (input: [Double], state: [Double]) {
            let rows = gate * hidden..<(gate + 1) * hidden
            return (
                o.inputWeights.times(x, rows: rows, plus: o.inputBias),
                o.recurrentWeights.times(state, rows: rows, plus: o.recurrentBias)
            )
        }
        func sum(_ gate: Int) -> [Double] {
            let parts = sums(gate, of: before)
            return zip(parts.input, parts.state).map(+)
        }
        switch recurrence.cell {
        case .tanh: state = sum(0).map(tanh)
        case .relu: state = sum(0).map(ReLU().function)
        case .lstm:
            self.state = []
            let sums = (0..<4).map(sum)
            makeLSTM(sums, memory, o)
        case .gru, .gruResettingFirst:
            let (r, z) = (sum(0).map(Sigmoid().function), sum(1).map(Sigmoid().function))
            let resetsFirst = recurrence.cell == .gruResettingFirst
            let (input, product) = sums(2, of: resetsFirst ? zip(r, before).map(*) : before)
            var n: [Double] = []
            state = []
            for k in 0..<hidden {
                n.append(tanh(input[k] + (resetsFirst ? product[k] : r[k] * product[k])))
                state.append((1 - z[k]) * n[k] + z[k] * before[k])
            }
            kept = [r, z, n, product].flatMap { $0 }
        }
    }

    private mutating func makeLSTM(
        _ sums: [[Double]], _ before: [Double], _ o: RecurrentOperands<ReferenceTensor>
    ) {
        let hidden = before.count
        func peephole(_ number: Int, _ k: Int, _ cell: Double) -> Double {
            o.peepholes.map { $0[number, k] * cell } ?? 0
        }
        let logistic = Sigmoid().function
        let i = (0..<hidden).map { logistic(sums[0][$0] + peephole(0, $0, before[$0])) }
        let f = (0..<hidden).map { logistic(sums[1][$0] + peephole(2, $0, before[$0])) }
        let g = sums[2].map(tanh)
        memory = (0..<hidden).map { f[$0] * before[$0] + i[$0] * g[$0] }
        let cell = memory
        let out = (0..<hidden).map { logistic(sums[3][$0] + peephole(1, $0, cell[$0])) }
        let unprojected = (0..<hidden).map { out[$0] * tanh(cell[$0]) }
        state = o.projection.map { $0.times(unprojected, rows: 0..<$0.shape[0]) } ?? unprojected
        kept = [i, f, g, out].flatMap { $0 }
    }
}

extension ReferenceTensor {
    /// A row of the last axis, or of as many numbers as are asked for.
    func row(_ place: Int, width: Int? = nil) -> [Double] {
        let width = width ?? shape.dimensions[shape.rank - 1]
        return Array(elements[place * width..<(place + 1) * width])
    }

    /// Replaces as many numbers as the row has, which all rows have.
    mutating func setRow(_ place: Int, _ row: [Double]) {
        elements.replaceSubrange(place * row.count..<(place + 1) * row.count, with: row)
    }

    mutating func addRow(_ place: Int, _ row: [Double]) {
        for (k, number) in row.enumerated() { elements[place * row.count + k] += number }
    }

    /// Some rows of a matrix times a vector, plus as many elements of a bias.
    func times(_ vector: [Double], rows: Range<Int>, plus bias: ReferenceTensor? = nil) -> [Double] {
        rows.map { i in vector.indices.reduce(bias?.elements[i] ?? 0) { $0 + self[i, $1] * vector[$1] } }
    }

    /// A vector with a number for each of some rows, times these rows.
    func transposedTimes(_ vector: [Double], rows: Range<Int>) -> [Double] {
        (0..<shape[1]).map { j in zip(rows, vector).reduce(0) { $0 + self[$1.0, j] * $1.1 } }
    }

    /// Adds the products of each of some numbers with each of others to rows of a matrix.
    mutating func addProducts(_ column: [Double], _ row: [Double], rows: Range<Int>) {
        for (i, factor) in zip(rows, column) { for j in row.indices { self[i, j] += factor * row[j] } }
    }
}
