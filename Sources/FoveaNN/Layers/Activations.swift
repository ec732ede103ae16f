public import FoveaGraph

// An activation is an operation and a layer in one: `ReLU()` in a network adds the operation of that name.

extension Layer where Self: UnaryOperation {
    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { _ in try applied(to: input) }
    }
}

extension ReLU: Layer {}
extension ReLU6: Layer {}
extension LeakyReLU: Layer {}
extension ELU: Layer {}
extension GELU: Layer {}
extension SiLU: Layer {}
extension Mish: Layer {}
extension Softplus: Layer {}
extension Sigmoid: Layer {}
extension Tanh: Layer {}
extension HardSigmoid: Layer {}
extension HardSwish: Layer {}
