import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaTraining

/// Computes the features of image files in batches, and continues past unreadable ones.
struct ImageFeatures {
    let extractor: FeatureExtractor
    let imageLimits: ImageLimits

    /// - Returns: the features of the files that could be read, in their order; nil where none could.
    /// - Throws: ``FoveaError`` when there is too little memory, or features are not finite.
    func table(of paths: [String]) async throws -> (table: FeatureTable?, refusals: Refusals) {
        let (shape, width) = (extractor.shape, extractor.shape.elementCount)
        // Once while they are collected, once as a tensor.
        try AvailableMemory.require(
            saturatingProduct(paths.count, saturatingProduct(width, 8)),
            for: "\(width.grouped) features of \(paths.count.grouped) images")
        let loader = try DataLoader(files: paths, for: extractor.origin.preprocessing, limits: imageLimits)
        let fitting = try await extractor.batchSize(upTo: min(loader.batchSize, paths.count))
        var (elements, kept, refusals): ([Float], [String], Refusals) = ([], [], Refusals())
        elements.reserveCapacity(saturatingProduct(paths.count, width))
        for try await batch in loader {
            refusals.errors += batch.failures.map(\.error)
            guard !batch.indices.isEmpty else { continue }
            let images = try batch.images
            for start in stride(from: 0, to: batch.indices.count, by: fitting) {
                let rows = start..<min(start + fitting, batch.indices.count)
                elements += try await extractor.features(images.rows(rows)).floats
            }
            kept += batch.indices.map { paths[$0] }
            if StandardError.isTerminal {
                StandardError.bar(
                    title: "features ", text: " \(kept.count.grouped)/\(paths.count.grouped)", done: kept.count,
                    of: paths.count)
            }
        }
        if StandardError.isTerminal { StandardError.write("\r\u{1B}[K") }
        guard !kept.isEmpty else { return (nil, refusals) }
        let features = try Tensor(Shape(validating: [kept.count] + shape.dimensions), elements)
        return (try FeatureTable(origin: extractor.origin, paths: kept, features: features), refusals)
    }
}
