public import FoveaGraph

/// A tensor that a network learns, or a statistic that it keeps: an identity and a recipe, no numbers.
///
/// The only reference type of a network; its identity is the parameter. Its path (`layer1.0.conv1.weight`) is found by
/// walking the network's stored properties, its shape when the network is traced.
public final class Parameter: Sendable {
    /// The way a parameter changes in training.
    public enum Role: Hashable, Sendable {
        /// The optimizer updates it.
        case trainable
        /// The forward pass updates it: batch normalization's running mean and variance.
        case statistic
    }

    public let initializer: Initializer
    public let role: Role
    /// The last component of the path where it is not the name of the property.
    let name: String?

    public init(_ initializer: Initializer, role: Role = .trainable, named name: String? = nil) {
        self.initializer = initializer
        self.role = role
        self.name = name
    }

    /// The parameter in the graph of `input`, declared with this shape: a trainable one in the type that the trace computes
    /// in, a statistic in its own.
    ///
    /// - Parameters:
    ///   - fanIn: number of inputs that feed one output, which scales the initial values.
    ///   - fanOut: number of outputs that one input feeds.
    /// - Throws: ``FoveaError`` when the network being traced does not hold the parameter in a stored property, or uses it
    ///   with another shape elsewhere.
    public func value(_ shape: Shape, fanIn: Int, fanOut: Int, in trace: Trace) throws -> Value {
        let held = try trace.declare(self, shape, Initializer.Fans(incoming: fanIn, outgoing: fanOut))
        return role == .trainable ? try trace.inArithmetic(held) : held
    }
}
