/// The operands of a ``Recurrence`` by what they are.
package struct RecurrentOperands<Element> {
    package let x: Element
    package let inputWeights: Element
    package let recurrentWeights: Element
    package let inputBias: Element
    package let recurrentBias: Element
    package let state: Element
    package let cell: Element?
    package let projection: Element?
    package let peepholes: Element?
    package let lengths: Element?

    /// The number of operands of a recurrence.
    package static func count(of recurrence: Recurrence) -> Int {
        6
            + [recurrence.cell == .lstm, recurrence.hasProjection, recurrence.hasPeepholes, recurrence.hasLengths]
            .count { $0 }
    }

    /// - Throws: ``FoveaError`` when there are more or fewer than the recurrence takes.
    package init(_ list: [Element], of recurrence: Recurrence) throws {
        let count = Self.count(of: recurrence)
        guard list.count == count else {
            throw FoveaError(
                .usage, "A recurrence of kind \(recurrence.cell) takes \(count) operands and was given \(list.count).",
                remedy: "See the documentation of Recurrence for their order.")
        }
        (x, inputWeights, recurrentWeights) = (list[0], list[1], list[2])
        (inputBias, recurrentBias, state) = (list[3], list[4], list[5])
        var rest = list.dropFirst(6)
        func next(_ isPresent: Bool) -> Element? { isPresent ? rest.removeFirst() : nil }
        cell = next(recurrence.cell == .lstm)
        projection = next(recurrence.hasProjection)
        peepholes = next(recurrence.hasPeepholes)
        lengths = next(recurrence.hasLengths)
    }
}
