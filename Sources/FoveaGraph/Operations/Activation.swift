/// A function that networks apply after a layer, so that it is worth computing in the same pass over memory.
///
/// Conformance states the function's use, and guarantees nothing: a pass that fuses it into another operation asks the
/// backend first.
public protocol Activation: UnaryOperation {}
