public import FoveaGraph

/// Writes each example as one vector: [N, C, H, W] becomes [N, C·H·W], channel by channel, row by row.
public struct Flatten: Layer {
    public init() {}

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { _ in
            guard input.shape.rank >= 1 else {
                throw FoveaError(.usage, layer: "expects a batch of examples, not a scalar.")
            }
            return try Reshape(to: Shape([input.shape[0], input.exampleShape.elementCount])).applied(to: input)
        }
    }
}
