public import FoveaGraph

extension Preprocessing {
    /// The transforms of a file of any size: the model's own sizing, or where it has none, the whole image resized.
    public var transformsOfFiles: [any Transform] {
        get throws { sizing == nil ? [try Resize(height: height, width: width), self] : [self] }
    }

    /// An image file as a network's input, `[1, channels, height, width]`: decoded, resized to the model's size where
    /// it has another, and standardised.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it cannot be decoded.
    public func tensor(forFile path: String) throws -> Tensor {
        let batch = try ImageFileSource([path], channels: channels).batch(
            [0], transforms: transformsOfFiles, failures: .kept)
        if let failure = batch.failures.first { throw failure.error }
        return try batch.images
    }
}
