/// An activation that ``FuseConvolutionEpilogue`` draws into the operation before it.
///
/// Conforming promises that every backend which runs that operation can apply the function too; an activation that does
/// not conform stays a node of its own.
public protocol FusableActivation: UnaryOperation {}

/// An activation as an attribute of another operation.
public struct FusedActivation: Hashable, Sendable, CustomStringConvertible {
    public let operation: any FusableActivation

    public init(_ operation: any FusableActivation) { self.operation = operation }

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
