/// A function that networks apply behind a layer, so that it is worth computing in the same pass over memory.
///
/// Conforming says what the function is for, and promises nothing: a pass that draws it into another operation asks the
/// backend first.
public protocol Activation: UnaryOperation {}
