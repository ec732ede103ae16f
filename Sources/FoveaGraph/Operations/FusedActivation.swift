/// An activation as an attribute of another operation.
public struct FusedActivation: Hashable, Sendable, CustomStringConvertible {
    public let operation: any Activation

    public init(_ operation: any Activation) { self.operation = operation }

    public static func == (left: FusedActivation, right: FusedActivation) -> Bool {
        AnyHashable(left.operation) == AnyHashable(right.operation)
    }

    public func hash(into hasher: inout Hasher) { AnyHashable(operation).hash(into: &hasher) }

    /// `LeakyReLU(negativeSlope: 0.2)`.
    public var description: String {
        let attributes = operation.attributeText
        return attributes.isEmpty ? operation.operationName : "\(operation.operationName)(\(attributes))"
    }
}
