public import FoveaGraph

extension Preprocessing {
    /// An image file as a network's input, `[1, channels, height, width]`: decoded, resized to the model's size where
    /// it has another, and standardised.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it cannot be decoded.
    public func tensor(forFile path: String) throws -> Tensor {
        let batch = try ImageFileSource([path], channels: channels).batch(
            [0], transforms: [Resize(height: height, width: width), self], failures: .kept)
        if let failure = batch.failures.first { throw failure.error }
        return try batch.images
    }
}
