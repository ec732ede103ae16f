public import FoveaGraph

extension Preprocessing {
    /// An image file as a network's input, `[1, channels, height, width]`: decoded, stretched or shrunk to the model's size
    /// where it has another, and standardised.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it cannot be decoded.
    public func tensor(forFile path: String) throws -> Tensor {
        let image = try ImageFile.decode(path: path, channels: channels).resized(height: height, width: width)
        var elements = [Float](repeating: 0, count: image.pixels.count)
        var target = elements.mutableSpan
        for channel in 0..<channels {
            let start = channel * height * width
            standardize(
                image.pixels.span.extracting(start..<start + height * width), channel: channel, into: &target, at: start
            )
        }
        return try Tensor([1, channels, height, width], elements)
    }
}
