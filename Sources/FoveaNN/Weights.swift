import FoveaFoundation
public import FoveaGraph
public import OrderedCollections

/// The numbers of a network: path → tensor, in the network's order of declaration.
public struct Weights: Sendable, ExpressibleByDictionaryLiteral {
    public var tensors: OrderedDictionary<String, Tensor>

    public init(_ tensors: OrderedDictionary<String, Tensor> = [:]) { self.tensors = tensors }

    /// - Parameter tensors: unique paths with their tensors.
    public init(_ tensors: some Sequence<(String, Tensor)>) { self.tensors = .init(uniqueKeysWithValues: tensors) }

    public init(dictionaryLiteral elements: (String, Tensor)...) {
        tensors = .init(elements, uniquingKeysWith: { _, last in last })
    }

    public subscript(path: String) -> Tensor? {
        get { tensors[path] }
        set { tensors[path] = newValue }
    }

    /// Paths and tensors, in the form that a device takes.
    public var namedTensors: [(name: String, tensor: Tensor)] { tensors.map { ($0.key, $0.value) } }

    /// These weights followed by those of `other`, which replace weights of the same path.
    public func merging(_ other: Weights) -> Weights {
        Weights(tensors.merging(other.tensors.elements.map { ($0.key, $0.value) }) { _, new in new })
    }

    /// Initial values of a network's parameters; the same seed gives the same bits.
    public init(initializing parameters: [ParameterDeclaration], seed: UInt64) {
        tensors = [:]
        for parameter in parameters { tensors[parameter.path] = parameter.initialValue(seed: seed) }
    }

    /// These weights under the names of a network's parameters and in their order, each of its parameter's type.
    ///
    /// Names may have the prefixes of wrappers: ``WeightNames``. Elements of other types are converted, each rounded
    /// once. Integers and truth values that the network has no parameter for are left out: they count steps
    /// (`num_batches_tracked`, which PyTorch keeps for each batch normalization) or mask, and change no result.
    ///
    /// - Throws: ``FoveaError`` that lists every missing name, every unexpected name, every different shape and every
    ///   tensor that cannot be converted, and the names that are closest to missing ones.
    public func fitted(to parameters: [ParameterDeclaration], source: String) throws -> Weights {
        Weights(try tensors.fitted(to: parameters, source: source))
    }

    /// The mapping from these weights' names to those of a network.
    public func names(for parameters: [ParameterDeclaration]) -> WeightNames { tensors.names(for: parameters) }

    /// The names of the tensors that hold NaN or infinity.
    public var nonFiniteNames: [String] { tensors.filter { !$0.value.isFinite }.map(\.key) }
}

extension OrderedDictionary where Key == String, Value: TensorSource {
    /// These tensors without integers, truth values and `num_batches_tracked`: counters and masks, not parameters.
    public var withoutCounters: Self {
        filter { $0.value.type.dataType.isFloatingPoint && !$0.key.hasSuffix("num_batches_tracked") }
    }

    /// As ``Weights/names(for:)``.
    public func names(for parameters: [ParameterDeclaration]) -> WeightNames {
        let weights = withoutCounters
        return WeightNames(of: Array((weights.isEmpty ? self : weights).keys), for: Set(parameters.map(\.path)))
    }

    /// As ``Weights/fitted(to:source:)``, for a part of a network: tensors of its other parameters are left out, whatever
    /// they are.
    ///
    /// - Parameters:
    ///   - part: the parameters that are needed.
    ///   - network: all of the network's.
    public func fitted(
        to part: [ParameterDeclaration], of network: [ParameterDeclaration], source: String
    ) throws -> Self {
        let names = names(for: network)
        let others = Set(network.map(\.path)).subtracting(part.map(\.path))
        return try filter { !others.contains(names.path($0.key)) }.fitted(to: part, source: source)
    }

    /// As ``Weights/fitted(to:source:)``; for tensors in a file only the types are checked.
    public func fitted(to parameters: [ParameterDeclaration], source: String) throws -> Self {
        let names = names(for: parameters)
        let byPath = Dictionary(keys.map { (names.path($0), $0) }, uniquingKeysWith: { first, _ in first })
        var fitted: Self = [:]
        var misfits = WeightMisfits()
        for parameter in parameters {
            guard let name = byPath[parameter.path], let tensor = self[name] else {
                misfits.missing.append(parameter.path)
                continue
            }
            guard tensor.type.shape == parameter.shape else {
                misfits.misshapen.append(
                    "\(quoted(name)) is \(tensor.type), the network has \(parameter.type)")
                continue
            }
            do {
                fitted[parameter.path] = try tensor.converted(to: parameter.type.dataType)
            } catch let error as FoveaError {
                misfits.unreadable.append("\(quoted(name)) (\(error.problem))")
            }
        }
        let known = Set(parameters.map(\.path))
        misfits.unexpected = withoutCounters.keys.filter { !known.contains(names.path($0)) }
        if let problem = misfits.description {
            throw FoveaError(
                .badData, "The weights in \(source) do not fit the network: \(problem).",
                remedy: "Use the model and the number of classes that the weights were trained with.")
        }
        return fitted
    }
}
