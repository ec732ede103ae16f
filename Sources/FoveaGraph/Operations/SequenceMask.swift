/// Replaces the steps of sequences beyond their lengths: y[n, c, t] = x[n, c, t] for t < length[n], and `fill` otherwise.
///
/// Operands: x [N, C, T]; lengths int32 [N]. Result: of x's shape. A length below 0 counts as 0, one above T as T.
public struct SequenceMask: Operation {
    public static let name = "SequenceMask"
    public let fill: Double

    public init(fill: Double = 0) { self.fill = fill }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectSequences(operands, of: Self.name)
        return [operands[0]]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        [try upstream[0].map { try SequenceMask().applied(to: $0, operands[1]) }, nil]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var y = operands[0]
        for row in sequenceRows(of: y.shape, operands[1]) {
            for place in row.end..<row.start + y.shape[2] { y.elements[place] = fill }
        }
        return [y]
    }
}

/// Throws unless the operands are sequences [N, C, T] with an int32 length for each, and `more` tensors behind them.
func expectSequences(_ operands: [TensorType], more: Int = 0, of operation: String) throws {
    try expectOperandCount(2 + more, operands, of: operation)
    try expectFloatingPoint([operands[0]], of: operation)
    try expectRank(3, operands[0], "sequences [batch, channels, steps]", of: operation)
    try expectLengths(operands[1], count: operands[0].shape[0], of: operation)
}

/// Throws unless a tensor holds the lengths of so many sequences.
func expectLengths(_ lengths: TensorType, count: Int, of operation: String) throws {
    guard lengths == TensorType(Shape([count]), .int32) else {
        throw FoveaError(
            .usage, "\(operation) of \(count) sequences was given \(lengths) as their lengths.",
            remedy: "Give an int32 for each sequence.")
    }
}

/// The places of the elements of each sequence's channels: the first, and the one behind the last valid step.
func sequenceRows(of shape: Shape, _ lengths: ReferenceTensor) -> [(start: Int, end: Int)] {
    let (channels, steps) = (shape[1], shape[2])
    return (0..<shape[0] * channels).map { row in
        let start = row * steps
        return (start, start + validSteps(lengths.elements[row / channels], of: steps))
    }
}

/// A length within the steps that there are.
func validSteps(_ length: Double, of steps: Int) -> Int { Int(min(Double(steps), max(0, length))) }
