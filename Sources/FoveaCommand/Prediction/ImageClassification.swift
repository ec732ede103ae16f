import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// Classifies image files in batches, and continues past unreadable ones.
struct ImageClassification {
    /// The classes of a file, the most probable first.
    struct Result {
        let path: String
        let predictions: [Prediction]
    }

    private let model: SavedModel
    private let limit: Int
    private let imageLimits: ImageLimits
    private let views: TestTimeAugmentation

    /// - Parameters:
    ///   - limit: the number of classes to list.
    ///   - views: the views of each image whose probabilities are averaged.
    init(_ model: SavedModel, limit: Int, averaging views: TestTimeAugmentation, imageLimits: ImageLimits) {
        (self.model, self.limit, self.views, self.imageLimits) = (model, limit, views, imageLimits)
    }

    /// Reads files while others are classified, and the first ones while the network is prepared.
    func run(_ paths: [String], on device: Device) async throws -> (results: [Result], refusals: Refusals) {
        let loader = try DataLoader(files: paths, for: model.preprocessing, limits: imageLimits)
        var batches = loader.makeAsyncIterator()
        let classifier = try await Classifier(model, device: device)
        await classifier.shortenedName?.report(model.weightsPath)
        ProcessLifetime.keep((model, classifier))
        let fitting = try await classifier.batchSize(upTo: shape(min(loader.batchSize, paths.count)))
        _ = try await classifier.program(for: shape(fitting))

        var results: [Result] = []
        var refusals = Refusals()
        while let batch = try await batches.next() {
            refusals.errors += batch.failures.map(\.error)
            results += try await classify(batch, paths, by: classifier, atATime: fitting)
        }
        return (results, refusals)
    }

    private func classify(
        _ batch: Batch, _ paths: [String], by classifier: Classifier, atATime fitting: Int
    ) async throws -> [Result] {
        guard !batch.indices.isEmpty else { return [] }
        let images = try batch.images
        var results: [Result] = []
        for start in stride(from: 0, to: batch.indices.count, by: fitting) {
            let rows = start..<min(start + fitting, batch.indices.count)
            let part = rows.count == batch.indices.count ? images : try images.rows(rows)
            let predictions = try await classifier.predictions(part, limit: limit, averaging: views)
            results += zip(batch.indices[rows], predictions).map { Result(path: paths[$0], predictions: $1) }
        }
        return results
    }

    /// The shape of a batch of `count` images.
    private func shape(_ count: Int) throws -> Shape {
        try Shape(validating: [count] + model.preprocessing.inputType.shape.dimensions.dropFirst())
    }
}
