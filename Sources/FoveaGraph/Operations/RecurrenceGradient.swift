/// The gradient of ``Recurrence``: steps in reverse order, each by the chain rule of ``RecurrentCell``'s equations.
///
/// Operands: those of the recurrence; its states [T, N, P] and what it kept for this; then the upstream gradients of the
/// states, of the last state and of an LSTM's last cell, those that there are. Results: the gradients with respect to all
/// operands of the recurrence but the lengths.
public struct RecurrenceGradient: Operation {
    public static let name = "RecurrenceGradient"
    public let recurrence: Recurrence
    public let hasSequenceGradient: Bool
    public let hasStateGradient: Bool
    public let hasCellGradient: Bool

    public init(
        of recurrence: Recurrence, hasSequenceGradient: Bool, hasStateGradient: Bool, hasCellGradient: Bool
    ) {
        self.recurrence = recurrence
        self.hasSequenceGradient = hasSequenceGradient
        self.hasStateGradient = hasStateGradient
        self.hasCellGradient = hasCellGradient
    }

    /// The places of the operands behind those of the recurrence: nil for what there is not.
    package struct Places: Hashable, Sendable {
        package let sequence: Int
        package private(set) var gates: Int?
        package private(set) var cells: Int?
        package private(set) var forSequence: Int?
        package private(set) var forState: Int?
        package private(set) var forCell: Int?
        /// The number of all operands.
        package private(set) var count: Int

        package init(_ gradient: RecurrenceGradient) {
            sequence = RecurrentOperands<TensorType>.count(of: gradient.recurrence)
            count = sequence + 1
            let cell = gradient.recurrence.cell
            gates = take(cell.keptGateCount > 0)
            cells = take(cell == .lstm)
            forSequence = take(gradient.hasSequenceGradient)
            forState = take(gradient.hasStateGradient)
            forCell = take(gradient.hasCellGradient)
        }

        private mutating func take(_ isPresent: Bool) -> Int? {
            defer { count += isPresent ? 1 : 0 }
            return isPresent ? count : nil
        }
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        let places = Places(self)
        try expectOperandCount(places.count, operands, of: Self.name)
        guard hasCellGradient ? recurrence.cell == .lstm : true else {
            throw FoveaError(.usage, "A recurrence of kind \(recurrence.cell) has no cell with a gradient.")
        }
        let forward = Array(operands[..<places.sequence])
        let results = try recurrence.resultTypes(of: forward)
        let isLSTM = recurrence.cell == .lstm
        let expected: [(Int?, TensorType)] = [
            (places.sequence, results[0]), (places.gates, results[min(isLSTM ? 3 : 2, results.count - 1)]),
            (places.cells, results[results.count - 1]), (places.forSequence, results[0]),
            (places.forState, results[1]), (places.forCell, results[min(2, results.count - 1)]),
        ]
        for case (let place?, let type) in expected where operands[place] != type {
            throw FoveaError(
                .usage, "\(Self.name) was given \(operands[place]) where the recurrence has \(type).",
                remedy: "Give it the recurrence's results and gradients of their types.")
        }
        return Array(forward.dropLast(recurrence.hasLengths ? 1 : 0))
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let places = Places(self)
        guard let o = try? RecurrentOperands(Array(operands[..<places.sequence]), of: recurrence) else {
            preconditionFailure("the type rule counts the operands")
        }
        let sizes = RecurrentSizes(of: o)
        var sums = RecurrentGradients(resultTypes, recurrence)
        for row in 0..<sizes.batch {
            var forState = places.forState.map { operands[$0].row(row) } ?? .zeros(sizes.outputs)
            var forCell = places.forCell.map { operands[$0].row(row) } ?? .zeros(sizes.hidden)
            let steps = recurrence.steps(of: row, o.lengths, sizes)
            for (number, t) in steps.enumerated().reversed() {
                let place = t * sizes.batch + row
                if let gradient = places.forSequence {
                    forState = zip(forState, operands[gradient].row(place)).map(+)
                }
                let before = number > 0 ? steps[number - 1] * sizes.batch + row : nil
                let step = RecurrentStepGradient.Given(
                    x: o.x.row(place), stateAfter: operands[places.sequence].row(place),
                    stateBefore: before.map { operands[places.sequence].row($0) } ?? o.state.row(row),
                    gates: places.gates.map { operands[$0].row(place, width: 4 * sizes.hidden) } ?? [],
                    cellAfter: places.cells.map { operands[$0].row(place) } ?? [],
                    cellBefore: places.cells.map { cells in
                        before.map { operands[cells].row($0) } ?? o.cell?.row(row) ?? []
                    } ?? [])
                let gradient = RecurrentStepGradient(
                    recurrence, o, step, forState: forState, forCell: forCell, adding: &sums)
                sums[.x]?.setRow(place, gradient.forX)
                (forState, forCell) = (gradient.forState, gradient.forCell)
            }
            sums[.state]?.setRow(row, forState)
            sums[.cell]?.setRow(row, forCell)
        }
        return sums.tensors
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        let forward = Array(operands.prefix(RecurrentOperands<TensorType>.count(of: recurrence)))
        return saturatingProduct(2, recurrence.multiplyAdds(operands: forward, results: []))
    }
}

/// The gradients with respect to a recurrence's operands, by what they are.
struct RecurrentGradients {
    enum Name: CaseIterable {
        case x, inputWeights, recurrentWeights, inputBias, recurrentBias, state, cell, projection, peepholes
    }

    private(set) var tensors: [ReferenceTensor]
    private let places: [Name: Int]

    /// Zeros.
    init(_ types: [TensorType], _ recurrence: Recurrence) {
        let names = Name.allCases.filter { name in
            switch name {
            case .cell: recurrence.cell == .lstm
            case .projection: recurrence.hasProjection
            case .peepholes: recurrence.hasPeepholes
            default: true
            }
        }
        places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        tensors = types.map { ReferenceTensor($0.shape) }
    }

    /// Nil where the recurrence has no such operand.
    subscript(name: Name) -> ReferenceTensor? {
        get { places[name].map { tensors[$0] } }
        _modify {
            guard let place = places[name] else {
                var none: ReferenceTensor?
                yield &none
                return
            }
            var tensor: ReferenceTensor? = tensors[place]
            defer { if let tensor { tensors[place] = tensor } }
            yield &tensor
        }
    }
}

extension [Double] {
    static func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
}
