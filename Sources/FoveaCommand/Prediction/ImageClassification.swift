import FoveaData
import FoveaFormats
import FoveaGraph
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
    private let classifier: Classifier
    private let limit: Int
    /// How many images are classified at a time, where so many fit.
    private static let batchSize = 64

    init(_ model: SavedModel, _ classifier: Classifier, limit: Int) {
        (self.model, self.classifier, self.limit) = (model, classifier, limit)
    }

    func run(_ paths: [String]) async throws -> (results: [Result], refusals: Refusals) {
        var results: [Result] = []
        var refusals = Refusals()
        let image = model.preprocessing.inputType.shape.dimensions.dropFirst()
        let batchSize = try await classifier.batchSize(
            upTo: Shape(validating: [min(Self.batchSize, max(1, paths.count))] + image))
        for start in stride(from: 0, to: paths.count, by: batchSize) {
            var readable: [String] = []
            var elements: [Float] = []
            for path in paths[start..<min(start + batchSize, paths.count)] {
                do {
                    elements += try model.preprocessing.tensor(forFile: path).floats
                    readable.append(path)
                } catch let error as FoveaError {
                    refusals.errors.append(error)
                }
            }
            guard !readable.isEmpty else { continue }
            let images = try Tensor(Shape(validating: [readable.count] + image), elements)
            let predictions = try await classifier.logits(images).predictions(limit: limit)
            results += zip(readable, predictions).map { Result(path: $0, predictions: $1) }
        }
        return (results, refusals)
    }
}
