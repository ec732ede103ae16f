import FoveaGraph

/// What the kernel that walks a recurrence's steps back writes for the products over all of them: parts of one buffer,
/// so that it takes one of the few pointers of a kernel.
struct RecurrentWorkspace {
    /// The name and the number of floats of each part that has a row for each place, which is 0 beyond a length.
    let perPlace: [(name: String, width: Int)]
    /// The same for parts with a row for each sequence.
    private let perSequence: [(name: String, width: Int)]
    private let code: RecurrentCode
    /// Whether the sums of the state have other gradients than those of the input.
    let hasStateSums: Bool

    init(_ code: RecurrentCode) {
        self.code = code
        hasStateSums = code.cell == .gru
        var perPlace = [("sums", code.rows), ("before", code.outputs)]
        if hasStateSums { perPlace.append(("stateSums", code.rows)) }
        if code.cell == .gruResettingFirst { perPlace.append(("reset", code.hidden)) }
        if code.recurrence.hasProjection { perPlace.append(("forOutputs", code.outputs)) }
        self.perPlace = perPlace
        perSequence = code.recurrence.hasPeepholes ? [("forPeepholes", 3 * code.hidden)] : []
    }

    /// The matrices, by their names, in a new buffer.
    func matrices(_ planner: inout ProgramPlanner) -> [(name: String, value: PlannedValue)] {
        let parts =
            perPlace.map { (name: $0.name, rows: code.places, width: $0.width) }
            + perSequence.map { (name: $0.name, rows: code.sizes.batch, width: $0.width) }
        let count = parts.reduce(0) { saturatingSum($0, saturatingProduct($1.rows, $1.width)) }
        let buffer = planner.addBuffer(saturatingProduct(count, 4))
        var offset = 0
        return parts.map { part in
            defer { offset += part.rows * part.width }
            let type = TensorType([part.rows, part.width])
            return (part.name, PlannedValue(type, buffer, offset: offset, strides: [part.width, 1]))
        }
    }
}
