import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// The computation of the features of a source's examples by a frozen body, once for each view.
struct FeatureComputation: Sendable {
    let predictor: Predictor
    /// Number of examples at a time. Always the same: kernels for another number may round differently.
    let batchSize: Int
    /// The transforms of the first view: those of evaluation.
    let plainTransforms: [any Transform]
    /// The transforms of all others, whose random numbers depend on the view.
    let augmentingTransforms: [any Transform]
    let seed: UInt64
    let workers: Int?

    /// Puts a body on a device.
    init(
        _ body: TracedNetwork, weights: Weights, device: Device, batchSize: Int, plain: [any Transform],
        augmenting: [any Transform], seed: UInt64, workers: Int?
    ) async throws {
        let states = DeviceStates(on: device)
        let signature = try body.signature
        predictor = Predictor(body, signature: signature, evaluation: nil, sharing: states)
        let parameters = try body.parameters
        try await states.write(
            parameters.compactMap { parameter in
                weights[parameter.path].map { (name: parameter.path, tensor: $0) }
            })
        (self.batchSize, plainTransforms, augmentingTransforms) = (batchSize, plain, augmenting)
        (self.seed, self.workers) = (seed, workers)
    }

    /// The features of all views of a source's examples; the rows of the first view come first.
    ///
    /// - Parameters:
    ///   - leavingOut: receives the examples that cannot be read. By default they are errors.
    ///   - progress: called with the number of rows so far.
    /// - Throws: ``FoveaError`` when an example cannot be read, or when the features do not fit in memory.
    func features(
        of source: any ExampleSource, views: Int = 1, leavingOut: LeavingOut? = nil,
        progress: (_ rows: Int) async throws -> Void = { _ in }
    ) async throws -> FeatureSource {
        let outputs = predictor.signature.outputs
        let types = Dictionary(uniqueKeysWithValues: outputs.map { ($0, $1) })
        let rows = saturatingProduct(source.count, views)
        try AvailableMemory.require(
            saturatingProduct(rows, outputs.reduce(0) { saturatingSum($0, $1.1.byteCount) }),
            for: "the features of \(rows) images")
        var features: [[String: Tensor]] = []
        var (labels, origins): ([Int32], [Int]) = ([], [])
        for view in 0..<views {
            let loader = try DataLoader(
                source, transforms: view == 0 ? plainTransforms : augmentingTransforms, batchSize: batchSize,
                order: EpochOrder(seed: seed, isShuffled: false), epoch: view, workers: workers,
                failures: leavingOut == nil ? .thrown : .kept)
            for try await batch in loader where try batch.isFilled(leavingOut: leavingOut, of: source.name) {
                features += try await self.features(of: batch)
                labels += try batch.labels.elements(as: Int32.self) ?? []
                origins += batch.indices
                try await progress(labels.count)
            }
        }
        return FeatureSource(source, features, types, labels: labels, origins: origins)
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
