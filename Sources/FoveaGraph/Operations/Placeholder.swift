/// A value from outside the graph: an input of a run, or state that the device holds from run to run.
public struct Placeholder: Operation {
    public enum Role: Hashable, Sendable {
        /// Given to each run.
        case input
        /// Held by the device: parameters, statistics, optimizer slots.
        case state
    }

    public static let name = "Placeholder"
    public let name: String
    public let role: Role
    public let type: TensorType

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(0, operands, of: Self.name)
        return [type]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [] }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        preconditionFailure("a backend binds placeholders, it does not evaluate them")
    }
}
