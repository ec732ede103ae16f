import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// The computation of the features of a source's examples by a frozen body, once for each view, but for those that are known.
struct FeatureComputation: Sendable {
    let predictor: Predictor
    /// Number of examples at a time. Always the same: kernels for another number may round differently.
    let batchSize: Int
    let transforms: FeatureTransforms
    let seed: UInt64
    let workers: Int?
    /// The memory that is available; nil where that is unknown.
    private let memory: @Sendable () -> Int?

    /// Puts a body on a device.
    init(
        _ body: TracedNetwork, weights: Weights, device: Device, batchSize: Int, transforms: FeatureTransforms,
        seed: UInt64, workers: Int?, memory: @escaping @Sendable () -> Int? = { AvailableMemory.byteCount() }
    ) async throws {
        let states = DeviceStates(on: device)
        let signature = try body.signature
        predictor = Predictor(body, signature: signature, evaluation: nil, sharing: states)
        let parameters = try body.parameters
        try await states.write(
            parameters.compactMap { parameter in
                weights[parameter.path].map { (name: parameter.path, tensor: $0) }
            })
        (self.batchSize, self.transforms, self.memory) = (batchSize, transforms, memory)
        (self.seed, self.workers) = (seed, workers)
    }

    /// The features of all views of a source's examples; the rows of the first view come first.
    ///
    /// - Parameters:
    ///   - stored: what is in a cache, to which the others are added.
    ///   - leavingOut: receives the examples that cannot be read. By default they are errors.
    ///   - progress: called with the number of rows so far.
    /// - Throws: ``FoveaError`` when an example cannot be read, or when the features fit neither in memory nor in the cache.
    func features(
        of source: any ExampleSource, views: Int = 1, stored: StoredFeatures.Part? = nil,
        leavingOut: LeavingOut? = nil, progress: (_ rows: Int) async throws -> Void = { _ in }
    ) async throws -> FeatureSource {
        let types = predictor.signature.outputs
        let isInMemory = try fitsInMemory(saturatingProduct(source.count, views), types, stored)
        // What is drawn for a picture depends on its content: others beside it change nothing.
        let digests = stored?.digests ?? (views > 1 ? source.contentDigests : nil)
        var rows: [FeatureSource.Row] = []
        for view in 0..<views {
            let done = rows.count
            var work = ViewOfFeatures(source, view, digests: digests, store: stored?.store, isInMemory: isInMemory)
            await work.find()
            try await progress(done + work.doneCount)
            do {
                try await compute(&work, of: source, leavingOut) { try await progress(done + $0) }
            } catch {
                // What has been computed so far need not be computed by the next run.
                try? await work.write()
                throw error
            }
            try await work.write()
            rows += work.rows.compactMap(\.self)
        }
        await stored?.store.trim()
        return FeatureSource(source, rows, types)
    }

    private func compute(
        _ work: inout ViewOfFeatures, of source: any ExampleSource, _ leavingOut: LeavingOut?,
        progress: (Int) async throws -> Void
    ) async throws {
        let missing = work.missing
        guard !missing.isEmpty else { return }
        let loader = try DataLoader(
            source, transforms: work.view == 0 ? transforms.plain : transforms.augmenting, batchSize: batchSize,
            order: EpochOrder(seed: seed, isShuffled: false), epoch: work.view, workers: workers,
            failures: leavingOut == nil ? .thrown : .kept, examples: missing, randomKeys: work.randomKeys)
        for try await batch in loader where try batch.isFilled(leavingOut: leavingOut, of: source.name) {
            let labels = try batch.labels.elements(as: Int32.self) ?? []
            let features = try await self.features(of: batch)
            for (position, index) in batch.indices.enumerated() {
                try await work.add(features[position], label: labels[position], at: index)
            }
            try await progress(work.doneCount)
        }
    }

    /// Whether features fit in memory; false where they only fit in the cache.
    private func fitsInMemory(
        _ rows: Int, _ types: Named<TensorType>, _ stored: StoredFeatures.Part?
    ) throws -> Bool {
        let byteCount = saturatingProduct(rows, types.reduce(0) { saturatingSum($0, $1.1.byteCount) })
        guard let available = memory(), byteCount > available else { return true }
        guard let cache = stored?.store.cache, FeatureShard.byteCount(of: rows, types) <= cache.capacity else {
            throw AvailableMemory.shortage(
                of: byteCount, for: "the features of \(rows) images", available: available,
                remedy: stored == nil
                    ? "Use a feature cache, fewer images, or fewer views of each."
                    : "Let the feature cache be larger, or use fewer images or fewer views of each.")
        }
        return false
    }

    private func features(of batch: Batch) async throws -> [[String: Tensor]] {
        var inputs: [String: Tensor] = [:]
        for (name, _) in predictor.signature.inputs {
            inputs[name] = try batch.value(named: name).repeatingRows(upTo: batchSize)
        }
        let outputs = try await predictor(inputs)
        let rows = try outputs.mapValues { try $0.rows() }
        return batch.indices.indices.map { index in rows.mapValues { $0[index] } }
    }
}

extension Tensor {
    /// The elements along the first axis, each a tensor.
    func rows() throws -> [Tensor] {
        let row = TensorType(Shape(Array(shape.dimensions.dropFirst())), dataType)
        return unsafe withBytes { bytes in
            (0..<shape[0]).map { index in
                // Safe: the tensor has as many bytes for each row.
                unsafe Tensor(row) { memory in
                    let start = index * row.byteCount
                    unsafe memory.copyMemory(from: .init(rebasing: bytes[start..<start + row.byteCount]))
                }
            }
        }
    }

    /// The tensor with its first row repeated behind the last, up to a number of rows.
    fileprivate func repeatingRows(upTo count: Int) throws -> Tensor {
        guard shape[0] < count else { return self }
        let filled = TensorType(try Shape(validating: [count] + shape.dimensions.dropFirst()), dataType)
        let size = filled.byteCount / count
        return unsafe withBytes { bytes in
            unsafe Tensor(filled) { memory in
                for index in 0..<count {
                    let start = (index < shape[0] ? index : 0) * size
                    // Safe: both tensors have `size` bytes for each row.
                    unsafe UnsafeMutableRawBufferPointer(rebasing: memory[index * size..<(index + 1) * size])
                        .copyMemory(from: .init(rebasing: bytes[start..<start + size]))
                }
            }
        }
    }
}
