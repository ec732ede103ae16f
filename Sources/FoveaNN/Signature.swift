public import FoveaGraph

/// The inputs and outputs of a network: names with the type of one example each.
///
/// The batch axis is not part of it: that axis comes first and has the same length in all inputs and outputs.
public struct Signature: Hashable, Sendable {
    public let inputs: Named<TensorType>
    public let outputs: Named<TensorType>

    public init(inputs: Named<TensorType>, outputs: Named<TensorType>) {
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Throws unless this is also the signature `other`.
    ///
    /// - Parameters:
    ///   - subject: owner of this signature, as the beginning of a sentence: "The network".
    ///   - owner: owner of `other`: "the folder".
    /// - Throws: ``FoveaError`` that lists everything that is missing, not expected, or of another type or shape.
    public func expect(_ other: Signature, subject: String, owner: String) throws {
        let faults = [
            ("inputs", TypeMisfits(of: inputs, expected: other.inputs)),
            ("outputs", TypeMisfits(of: outputs, expected: other.outputs)),
        ].compactMap { side, misfits in misfits.description.map { "\(side): \($0)" } }
        guard !faults.isEmpty else { return }
        throw FoveaError(
            .badData, "\(subject) does not have the signature of \(owner): \(faults.joined(separator: "; ")).",
            remedy: "Use the network that it was saved with.")
    }
}

extension Named<TensorType> {
    /// The types of a batch of `count` examples of these types.
    ///
    /// - Throws: ``FoveaError`` when there would be too many elements.
    public func batched(_ count: Int) throws -> Named<TensorType> {
        try mapValues { TensorType(try Shape(validating: [count] + $0.shape.dimensions), $0.dataType) }
    }

    /// The number of examples in tensors that should form a batch of these types.
    ///
    /// - Throws: ``FoveaError`` that lists everything that is missing, not expected, or of another type or shape.
    public func exampleCount(of values: [String: Tensor]) throws -> Int {
        let count = exampleCount {
            values[$0]?.shape
        } among: {
            values.keys
        }
        let fits =
            values.count == self.count
            && allSatisfy { name, type in values[name].map { $0.type.isBatch(of: type, count) } == true }
        if !fits { try expect(values.mapValues(\.type), count) }
        return count
    }

    /// As ``exampleCount(of:)``, for tensors that do not exist yet.
    public func exampleCount(ofTypes types: [String: TensorType]) throws -> Int {
        let count = exampleCount {
            types[$0]?.shape
        } among: {
            types.keys
        }
        try expect(types, count)
        return count
    }

    /// Number of examples in the first tensor with one of these names, or in another one where there is none.
    private func exampleCount(_ shape: (String) -> Shape?, among names: () -> some Collection<String>) -> Int {
        let known = lazy.compactMap { name, _ in shape(name)?.dimensions.first }.first
        return known ?? names().min().flatMap { shape($0)?.dimensions.first } ?? 0
    }

    /// Throws unless these are the types of a batch of `count` examples.
    private func expect(_ values: [String: TensorType], _ count: Int) throws {
        let unexpected = values.filter { !contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let ordered = Named(names.compactMap { name in values[name].map { (name, $0) } } + unexpected)
        guard let problem = TypeMisfits(of: ordered, expected: try batched(count)).description else { return }
        throw FoveaError(
            .usage, "The batch does not fit the network: \(problem).",
            remedy: "Give it a tensor for each input and target, the axis of the batch first: "
                + "\(map { "\(quoted($0)) \($1.batchText)" }.joined(separator: ", ")).")
    }
}

extension TensorType {
    /// The type of one example of a batch of this type.
    var exampleType: TensorType { TensorType(Shape(Array(shape.dimensions.dropFirst())), dataType) }

    /// Whether this is the type of a batch of `count` examples of a type.
    func isBatch(of example: TensorType, _ count: Int) -> Bool {
        dataType == example.dataType && shape.rank == example.shape.rank + 1 && shape[0] == count
            && shape.dimensions.dropFirst().elementsEqual(example.shape.dimensions)
    }

    /// `f32[N×1×28×28]`: the type of a batch of N examples of this type.
    var batchText: String {
        "\(dataType.shortName)[\((["N"] + shape.dimensions.map(String.init)).joined(separator: "×"))]"
    }
}
