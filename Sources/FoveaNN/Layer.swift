public import FoveaGraph

/// A part of a network: a value that describes how to turn one tensor into another.
///
/// A layer holds no numbers and no sizes that follow from its input. Calling it adds its operations to the graph that is
/// being traced; a network of your own is a `struct` whose stored properties are its layers:
///
///     struct Block: Layer {
///         let conv = Conv2D(16, kernel: 3, padding: .same)
///         func callAsFunction(_ input: Value) throws -> Value { try ReLU()(conv(input)) + input }
///     }
///
/// Layers may also be stored in arrays, tuples, dictionaries with strings or integers as keys, and cases of enumerations; a
/// class that is a layer is walked like a structure. Layers in closures, sets and other classes are not found.
public protocol Layer: Network {
    /// Adds the layer to the graph of `input`; the first axis is the batch.
    ///
    /// - Throws: ``FoveaError`` that names the layer's path when the input does not fit.
    func callAsFunction(_ input: Value) throws -> Value
}

extension Layer {
    /// The type's name as summaries show it: `Conv2D`.
    var typeName: String {
        let name = String(describing: type(of: self))
        return String(name.prefix { $0 != "<" })
    }
}
