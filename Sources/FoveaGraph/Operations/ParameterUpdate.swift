/// An optimizer's update of one parameter. Operands: the parameter, its gradient, scalars such as the learning rate,
/// and the state kept per parameter (slots). Results: the new parameter and slots.
public protocol ParameterUpdate: Operation {
    /// The number of scalars that follow the gradient.
    static var scalarCount: Int { get }
}
