import FoveaGraph

/// Makes batches of a source's examples: reads, transforms and stacks them.
struct BatchAssembly: Sendable {
    let source: any ExampleSource
    private let transforms: [any Transform]
    /// The generator of each transform for the epoch, from which each example's is derived.
    private let generators: [CounterBasedGenerator]
    /// Standardization where it comes last: written straight into the batch, without a tensor for each example.
    private let standardization: Preprocessing?
    private let failures: Failures
    /// What takes the place of an example's index where it draws random numbers.
    private let randomKeys: [UInt64]?

    init(
        _ source: any ExampleSource, transforms: [any Transform], seed: UInt64 = 0, epoch: Int = 0,
        failures: Failures = .thrown, randomKeys: [UInt64]? = nil
    ) {
        self.source = source
        standardization = transforms.last as? Preprocessing
        self.transforms = standardization == nil ? transforms : transforms.dropLast()
        var uses: [String: Int] = [:]
        generators = self.transforms.map { transform in
            let purpose = transform.purpose
            let use = uses[purpose, default: 0]
            uses[purpose] = use + 1
            return CounterBasedGenerator(seed: seed, purpose: "transform \(purpose) \(use)").derived(UInt64(epoch))
        }
        (self.failures, self.randomKeys) = (failures, randomKeys)
    }

    /// - Parameter check: called before each example; an error that it throws ends the work.
    /// - Throws: ``FoveaError`` that names the first example that cannot be read, does not fit the transforms, or differs in
    ///   type from those before it.
    func batch(_ indices: some Collection<Int>, check: () throws -> Void = {}) throws -> Batch {
        var kept: [Int] = []
        var examples: [Example] = []
        var refused: [Batch.Failure] = []
        kept.reserveCapacity(indices.count)
        examples.reserveCapacity(indices.count)
        for index in indices {
            do {
                try check()
                let example = try self.example(at: index)
                if let first = examples.first { try example.expectTypes(of: first) }
                examples.append(example)
                kept.append(index)
            } catch let error as CancellationError {
                throw error
            } catch {
                let named = source.error(error, ofExample: index)
                guard failures == .kept else { throw named }
                refused.append(Batch.Failure(index: index, error: error as? FoveaError ?? named))
            }
        }
        return Batch(indices: kept, values: try values(of: examples), failures: refused)
    }

    /// A transformed example, but for standardization where that comes last.
    func example(at index: Int) throws -> Example {
        let key = randomKeys?[index] ?? UInt64(index)
        var steps = zip(transforms, generators).map { (transform: $0, random: $1.derived(key)) }[...]
        if let sizing = standardization?.sizing {
            steps.append((transform: sizing, random: sizing.noRandomNumbers))
        }
        var example: Example
        if let first = steps.first, let resampling = first.transform as? any ResamplingTransform {
            example = try source.example(at: index, resampledBy: resampling, random: first.random)
            steps.removeFirst()
        } else {
            example = try source.example(at: index)
        }
        for step in steps { example = try step.transform.transformed(example, random: step.random) }
        try standardization?.expectFitting(example.image)
        return example
    }

    /// The tensors of examples of the same types, stacked.
    private func values(of examples: [Example]) throws -> [String: Tensor] {
        guard let first = examples.first else { return [:] }
        var values: [String: Tensor] = [:]
        for (name, tensor) in first.values {
            // Safe: each row takes as many bytes as the first tensor.
            values[name] = unsafe try stacked(examples, tensor.type) { example, memory in
                guard let tensor = example.values[name] else { preconditionFailure("examples have the same types") }
                unsafe tensor.withBytes { unsafe memory.copyMemory(from: $0) }
            }
        }
        if let image = first.image {
            let type = standardization == nil ? image.type : TensorType(image.type.shape, .float32)
            // Safe: each row takes as many elements as the first image.
            values[Batch.imagesName] = unsafe try stacked(examples, type) { example, memory in
                guard let image = example.image else { preconditionFailure("examples have the same types") }
                if let standardization {
                    unsafe standardization.standardize(image, into: memory)
                } else {
                    let bytes = unsafe memory.bindMemory(to: UInt8.self)
                    if let start = bytes.baseAddress { unsafe image.writePlanes(to: start) }
                }
            }
        }
        if first.label != nil { values[Batch.labelsName] = Tensor(integers: examples.compactMap(\.label)) }
        return values
    }

    /// A tensor with a row of one type for each example.
    private func stacked(
        _ examples: [Example], _ row: TensorType, write: (Example, UnsafeMutableRawBufferPointer) -> Void
    ) throws -> Tensor {
        let shape = try Shape(validating: [examples.count] + row.shape.dimensions)
        return unsafe Tensor(TensorType(shape, row.dataType)) { memory in
            let size = row.byteCount
            for (number, example) in examples.enumerated() {
                // Safe: the tensor has as many bytes for each example, and `write` writes all of them.
                unsafe write(
                    example, UnsafeMutableRawBufferPointer(rebasing: memory[number * size..<(number + 1) * size]))
            }
        }
    }
}

extension Example {
    /// Throws unless both have tensors of the same names and types.
    func expectTypes(of other: Example) throws {
        let isEqual =
            image?.channels == other.image?.channels && image?.height == other.image?.height
            && image?.width == other.image?.width && (label == nil) == (other.label == nil)
            && values.count == other.values.count && values.allSatisfy { $1.type == other.values[$0]?.type }
        if !isEqual { throw typeChange(from: other.types, to: types) }
    }
}

/// The error for examples whose types differ.
func typeChange(from before: [String: TensorType], to found: [String: TensorType]) -> FoveaError {
    let changes = Set(before.keys).union(found.keys).sorted().filter { before[$0] != found[$0] }.map { name in
        func text(_ type: TensorType?) -> String { type.map { "\($0)" } ?? "missing" }
        return "`\(name)` is \(text(found[name])) here and \(text(before[name])) in the examples before it"
    }
    return FoveaError(
        .badData, "Its type differs: \(changes.joined(separator: ", ")).",
        remedy: "Bring all examples to one type, for example with Resize.")
}

extension ExampleSource {
    /// The examples at these indices as tensors.
    ///
    /// - Throws: ``FoveaError`` that names the first example that cannot be read, does not fit the transforms, or differs in
    ///   type from those before it.
    public func batch(
        _ indices: some Collection<Int>, transforms: [any Transform], failures: Failures = .thrown
    ) throws -> Batch {
        try BatchAssembly(self, transforms: transforms, failures: failures).batch(indices)
    }

    /// The examples at these indices, standardized.
    ///
    /// - Throws: ``FoveaError`` that names the example when one cannot be read or does not fit.
    public func batch(_ indices: some Collection<Int>, preprocessing: Preprocessing) throws -> Batch {
        try batch(indices, transforms: [preprocessing])
    }
}
