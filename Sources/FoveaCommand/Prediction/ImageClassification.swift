import Dispatch
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// Classifies image files in batches, and keeps going where one cannot be read.
struct ImageClassification {
    /// What the network sees in a file, most probable class first.
    struct Result {
        let path: String
        let predictions: [Prediction]
    }

    /// The files that could not be read, with the reasons.
    struct Refusals {
        fileprivate(set) var errors: [FoveaError] = []

        /// Names them all.
        ///
        /// - Throws: the error that the command ends with, if there is any: with the code that all share, or bad data.
        func report(among count: Int) throws {
            guard let first = errors.first else { return }
            if count == 1 { throw first }
            for error in errors { StandardError.notice(error.description) }
            let code = errors.allSatisfy { $0.code == first.code } ? first.code : .badData
            throw FoveaError(
                code, "\(errors.count.grouped) of \(count.grouped) images could not be classified.",
                remedy: "The lines above say which and why.")
        }
    }

    private let model: SavedModel
    private let limit: Int
    /// How many images are read, and where so many fit classified, at a time.
    private let batchSize: Int

    init(_ model: SavedModel, limit: Int) {
        (self.model, self.limit) = (model, limit)
        // Large images fill the memory with fewer.
        batchSize = min(64, max(1, (256 << 20) / model.preprocessing.inputType.byteCount))
    }

    /// Reads each batch while the one before it is classified, and the first while the network is made ready.
    func run(_ paths: [String], on device: Device) async throws -> (results: [Result], refusals: Refusals) {
        let batches = stride(from: 0, to: paths.count, by: batchSize).map {
            paths[$0..<min($0 + batchSize, paths.count)]
        }
        async let first = read(batches.first ?? [])
        let classifier = try await Classifier(model, device: device)
        await classifier.shortenedName?.report(model.weightsPath)
        ProcessLifetime.keep((model, classifier))
        let fitting = try await classifier.batchSize(upTo: shape(batches.first?.count ?? 1))
        _ = try await classifier.program(for: shape(fitting))

        var results: [Result] = []
        var refusals = Refusals()
        var batch = try await first
        for position in batches.indices {
            async let next = read(position + 1 < batches.count ? batches[position + 1] : [])
            refusals.errors += batch.errors
            results += try await classify(batch, by: classifier, atATime: fitting)
            batch = try await next
        }
        return (results, refusals)
    }

    /// What could be read of some files.
    private struct Batch: Sendable {
        var paths: [String] = []
        var elements: [Float] = []
        var errors: [FoveaError] = []
    }

    /// On a thread of its own: those of Swift's tasks are as few as there are cores, and have the network to make ready.
    private func read(_ paths: ArraySlice<String>) async throws -> Batch {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Batch, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(with: Swift.Result { try decoded(paths) })
            }
        }
    }

    private func decoded(_ paths: ArraySlice<String>) throws -> Batch {
        var batch = Batch()
        for path in paths {
            do {
                batch.elements += try model.preprocessing.tensor(forFile: path).floats
                batch.paths.append(path)
            } catch let error as FoveaError {
                batch.errors.append(error)
            }
        }
        return batch
    }

    private func classify(_ batch: Batch, by classifier: Classifier, atATime fitting: Int) async throws -> [Result] {
        let size = model.preprocessing.inputType.shape.elementCount
        var results: [Result] = []
        for start in stride(from: 0, to: batch.paths.count, by: fitting) {
            let part = start..<min(start + fitting, batch.paths.count)
            let elements = batch.elements[part.lowerBound * size..<part.upperBound * size]
            let images = try Tensor(shape(part.count), Array(elements))
            let predictions = try await classifier.logits(images).predictions(limit: limit)
            results += zip(batch.paths[part], predictions).map { Result(path: $0, predictions: $1) }
        }
        return results
    }

    /// The shape of so many images.
    private func shape(_ count: Int) throws -> Shape {
        try Shape(validating: [count] + model.preprocessing.inputType.shape.dimensions.dropFirst())
    }
}
