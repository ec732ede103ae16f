public import FoveaGraph

/// A network: named values in, named values out.
///
/// A ``Layer`` is the network with the input `images` and the output `logits`. A network with other inputs and outputs is a
/// `struct` whose stored properties are its layers:
///
///     struct Captioned: Network {
///         let see = Sequential { Conv2D(8, kernel: 3); ReLU(); Flatten() }
///         let read = Dense(8)
///         let classify = Dense(10)
///         func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
///             let seen = try see(inputs["picture"])
///             let features = try Concatenation(axis: 1).applied(to: seen, read(inputs["caption"]))
///             return ["classes": try classify(features), "embedding": features]
///         }
///     }
public protocol Network: Sendable {
    /// The network's parameters and statistics in their order: found by walking the stored properties, unless the
    /// network lists them itself because it is not made of stored layers, such as one read from a file.
    var parameterList: ParameterList { get throws }

    /// Adds the network to the graph of `inputs`; the first axis of each is the batch.
    ///
    /// - Returns: the outputs, the batch first.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value>
}

extension Network {
    public var parameterList: ParameterList { get throws { try ParameterList(walking: self) } }
}

extension Layer {
    /// The layer as a network: `images` in, `logits` out.
    public func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        [GraphName.logits: try self(inputs[GraphName.images])]
    }
}
