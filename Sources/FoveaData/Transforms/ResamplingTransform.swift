public import FoveaGraph

/// A transform that resizes an image or a region of it: it needs only the image's size to say which, so that a file need not
/// be decoded whole.
public protocol ResamplingTransform: Transform {
    /// The resampling of an image of so many rows and columns.
    ///
    /// - Throws: when no image of this size fits; the caller adds which example it is.
    func resampling(height: Int, width: Int, random: CounterBasedGenerator) throws -> Resampling
}

extension ResamplingTransform {
    public func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
        var example = example
        example.image = try example.image.map { image in
            try image.resampled(resampling(height: image.height, width: image.width, random: random))
        }
        return example
    }
}
