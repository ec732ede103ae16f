/// The computation of a node of a graph: a name, a type rule, a gradient and a definition, together in one file each.
///
/// Conformance makes an operation known: there is no list of operations. A backend without a lowering for it hands it
/// to the reference backend, which runs ``evaluate(_:resultTypes:)``.
public protocol Operation: Hashable, Sendable {
    /// The operation's name in printed graphs: ONNX's noun, spelled out.
    static var name: String { get }

    /// The types of the results for operands of these types.
    ///
    /// - Throws: ``FoveaError`` with code `usage` when the operands do not fit.
    func resultTypes(of operands: [TensorType]) throws -> [TensorType]

    /// The gradients of the loss with respect to each operand, written as graph operations; nil where there is none
    /// (class indices, say).
    ///
    /// - Parameters:
    ///   - upstream: the gradient of the loss with respect to each result; nil if the loss does not depend on it.
    func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?]

    /// The definition: plain loops in Double, in textbook form. Every backend must match its results.
    ///
    /// Outside values never reach it unchecked: the operands have the types that ``resultTypes(of:)`` accepted.
    func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor]

    /// The operation in terms of simpler ones: adds them to the graph that the operands belong to, and returns its
    /// results; nil where there is nothing simpler. A backend that does not run the operation runs these.
    ///
    /// Called with operands of types that ``resultTypes(of:)`` accepts.
    func decomposition(of operands: [Value]) throws -> [Value]?

    /// The number of multiply-adds of one evaluation; 0 if not counted (activations, pooling, normalization).
    func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int
}

extension Operation {
    public func decomposition(of operands: [Value]) throws -> [Value]? { nil }
    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int { 0 }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        throw FoveaError(
            .usage, "The operation \(Self.name) has no gradient.",
            remedy: "Differentiate a loss that does not depend on it.")
    }

    /// Adds this operation to the graph that its operands belong to, and returns its only result.
    ///
    /// - Throws: ``FoveaError`` when the operands do not fit.
    public func applied(to operands: Value...) throws -> Value {
        try results(on: operands)[0]
    }

    /// Adds this operation to the graph that its operands belong to, and returns all its results.
    ///
    /// - Throws: ``FoveaError`` when the operands do not fit.
    public func results(on operands: [Value]) throws -> [Value] {
        guard let builder = operands.first?.builder else {
            preconditionFailure("An operation without operands is added by its builder")
        }
        return try builder.add(self, operands)
    }

    /// The name of the operation's type, also reached through `any Operation`.
    public var operationName: String { Self.name }

    /// The attributes in printed graphs: `stride: 2×2, padding: 0`.
    public var attributeText: String {
        Mirror(reflecting: self).children
            .compactMap { child in child.label.map { "\($0): \(attributeText(of: child.value))" } }
            .joined(separator: ", ")
    }

    private func attributeText(of value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return "\(value)" }
        return mirror.children.first.map { "\($0.value)" } ?? "none"
    }
}

/// Throws unless an operation has the number of operands that it takes.
package func expectOperandCount(_ expected: Int, _ operands: [TensorType], of operation: String) throws {
    guard operands.count == expected else {
        throw FoveaError(.usage, "\(operation) takes \(expected) operands and was given \(operands.count).")
    }
}

/// Throws unless all operands have floating-point elements of one type.
package func expectFloatingPoint(_ operands: [TensorType], of operation: String) throws {
    guard let first = operands.first, first.dataType.isFloatingPoint,
        operands.allSatisfy({ $0.dataType == first.dataType })
    else {
        let types = operands.map(\.description).joined(separator: ", ")
        throw FoveaError(
            .usage, "\(operation) takes floating-point operands of one type and was given \(types).",
            remedy: "Convert the operands to one floating-point type.")
    }
}

/// Throws unless all operands have floating-point elements of one type and one shape.
package func expectEqualTypes(_ operands: [TensorType], of operation: String) throws {
    try expectFloatingPoint(operands, of: operation)
    guard operands.allSatisfy({ $0 == operands[0] }) else {
        let types = operands.map(\.description).joined(separator: ", ")
        throw FoveaError(
            .usage, "\(operation) takes operands of one shape and was given \(types).",
            remedy: "Reshape or broadcast them to one shape.")
    }
}

/// Throws unless a tensor has the rank that an operation expects.
package func expectRank(_ rank: Int, _ type: TensorType, _ role: String, of operation: String) throws {
    guard type.shape.rank == rank else {
        throw FoveaError(
            .usage, "\(operation) expects \(role) of rank \(rank) and was given \(type.shape).",
            remedy: "Reshape it to \(rank) axes.")
    }
}
