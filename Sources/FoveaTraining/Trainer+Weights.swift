import FoveaFormats
import FoveaFoundation
import FoveaGraph
public import FoveaNN
import FoveaRuntime

extension Trainer {
    /// The network's current weights.
    public func weights() async throws -> Weights {
        let names = parameters.map(\.path)
        let tensors = try await states.read(names)
        return Weights(zip(names, tensors))
    }

    /// Replaces the network's weights; the optimizer's state stays as it is.
    ///
    /// - Parameter source: where the weights come from, for errors.
    /// - Throws: ``FoveaError`` when the weights are not the network's, with all differences, or not finite.
    public func load(_ weights: Weights, source: String) async throws {
        let fitted = try weights.fitted(to: parameters, source: source)
        try fitted.expectFinite(source: source)
        try await states.write(fitted.namedTensors)
    }

    /// Replaces the network's weights by those of a safetensors file, one at a time.
    ///
    /// - Throws: ``FoveaError`` when the file cannot be read, or its weights are not the network's, with all differences, or not
    ///   finite; nothing has changed then.
    public func load(fileAt path: String) async throws {
        let source = quoted(path)
        let stored = try SafetensorsFile(at: path).tensors.fitted(to: parameters, source: source)
        let nonFinite = try stored.filter { try !Tensor(copying: $0.value).isFinite }.map(\.key)
        try expectNoneNonFinite(nonFinite, source: source)
        try await states.write(stored.map { (name: $0.key, tensor: $0.value) })
    }
}
