public import FoveaGraph
public import OrderedCollections

/// The numbers of a network: path → tensor, in the network's order of declaration.
public struct Weights: Sendable, ExpressibleByDictionaryLiteral {
    public var tensors: OrderedDictionary<String, Tensor>

    public init(_ tensors: OrderedDictionary<String, Tensor> = [:]) { self.tensors = tensors }

    /// - Parameter tensors: paths, each once, with their tensors.
    public init(_ tensors: some Sequence<(String, Tensor)>) { self.tensors = .init(uniqueKeysWithValues: tensors) }

    public init(dictionaryLiteral elements: (String, Tensor)...) {
        tensors = .init(elements, uniquingKeysWith: { _, last in last })
    }

    public subscript(path: String) -> Tensor? {
        get { tensors[path] }
        set { tensors[path] = newValue }
    }

    /// Path and tensor of each, as a device takes them.
    public var namedTensors: [(name: String, tensor: Tensor)] { tensors.map { ($0.key, $0.value) } }

    /// These weights with those of `other` in place of, or after, the ones that have the same paths.
    public func merging(_ other: Weights) -> Weights {
        Weights(tensors.merging(other.tensors.elements.map { ($0.key, $0.value) }) { _, new in new })
    }

    /// The first values of a network's parameters; the same seed gives the same bits.
    public init(initializing parameters: [ParameterDeclaration], seed: UInt64) {
        tensors = [:]
        for parameter in parameters { tensors[parameter.path] = parameter.initialValue(seed: seed) }
    }

    /// These weights in the order of a network's parameters.
    ///
    /// `num_batches_tracked`, which PyTorch keeps for each batch normalization, is left out: it counts steps and changes
    /// no result.
    ///
    /// - Throws: ``FoveaError`` that lists every missing name, every name that is not expected and every other shape.
    public func fitted(to parameters: [ParameterDeclaration], source: String) throws -> Weights {
        Weights(try tensors.fitted(to: parameters, source: source))
    }

    /// The names of the tensors that hold NaN or infinity.
    public var nonFiniteNames: [String] { tensors.filter { !$0.value.isFinite }.map(\.key) }
}

extension OrderedDictionary where Key == String, Value: TensorSource {
    /// Without `num_batches_tracked`, which PyTorch keeps for each batch normalization: it counts steps and changes no
    /// result.
    public var withoutCounters: Self { filter { !$0.key.hasSuffix("num_batches_tracked") } }

    /// As ``Weights/fitted(to:source:)``; of the tensors only the types are looked at.
    public func fitted(to parameters: [ParameterDeclaration], source: String) throws -> Self {
        var fitted: Self = [:]
        var missing: [String] = []
        var misshapen: [String] = []
        for parameter in parameters {
            guard let tensor = self[parameter.path] else {
                missing.append(parameter.path)
                continue
            }
            if tensor.type == .float32(parameter.shape) {
                fitted[parameter.path] = tensor
            } else {
                misshapen.append("`\(parameter.path)` is \(tensor.type), the network has f32[\(parameter.shape)]")
            }
        }
        let known = Set(parameters.map(\.path))
        let unexpected = withoutCounters.keys.filter { !known.contains($0) }
        let faults = [
            missing.isEmpty ? nil : "missing: " + missing.map { "`\($0)`" }.joined(separator: ", "),
            unexpected.isEmpty ? nil : "not expected: " + unexpected.map { "`\($0)`" }.joined(separator: ", "),
            misshapen.isEmpty ? nil : "other shapes: " + misshapen.joined(separator: "; "),
        ].compactMap { $0 }
        guard faults.isEmpty else {
            throw FoveaError(
                .badData, "The weights in \(source) do not fit the network: \(faults.joined(separator: "; ")).",
                remedy: "Use the model and the number of classes that the weights were trained with.")
        }
        return fitted
    }
}
