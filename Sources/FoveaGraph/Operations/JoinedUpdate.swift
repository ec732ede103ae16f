/// The updates of several parameters with the same settings in one.
///
/// Operands: the scalars, which all share; then each parameter with its gradient and slots. Results: each parameter and its
/// slots, in the same order.
///
/// Made by ``JoinUpdates``.
public struct JoinedUpdate<Update: ParameterUpdate>: FusedOperation {
    public static var name: String { "Joined" + Update.name }
    public let update: Update
    public let parameterCount: Int

    public init(_ update: Update, parameterCount: Int) {
        self.update = update
        self.parameterCount = parameterCount
    }

    /// The operands of each parameter's update, out of those of all.
    private func split<Operand>(_ operands: [Operand]) throws -> [[Operand]] {
        let scalarCount = Update.scalarCount
        let (size, rest) = (operands.count - scalarCount).quotientAndRemainder(dividingBy: max(1, parameterCount))
        guard parameterCount > 0, rest == 0, size >= 2 else {
            throw FoveaError(
                .usage, "\(Self.name) of \(parameterCount) parameters was given \(operands.count) operands.",
                remedy: "Give it the scalars, then each parameter with its gradient and slots.")
        }
        return (0..<parameterCount).map { index in
            let own = operands[(scalarCount + index * size)...].prefix(size)
            return Array(own.prefix(2)) + operands[..<scalarCount] + own.dropFirst(2)
        }
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try split(operands).flatMap(update.resultTypes)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        try split(operands).flatMap { try update.results(on: $0) }
    }
}

extension ParameterUpdate {
    /// The operation that does the same for several parameters.
    func joined(_ parameterCount: Int) -> any Operation { JoinedUpdate(self, parameterCount: parameterCount) }

    var scalarCount: Int { Self.scalarCount }
}
