public import FoveaGraph

/// A transform that changes an example's image and nothing else; an example without one stays as it is.
public protocol ImageTransform: Transform {
    /// - Parameter random: the example's own random numbers.
    /// - Throws: when the image does not fit; the caller adds which example it is.
    func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) throws -> DecodedImage
}

extension ImageTransform {
    public func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
        guard let image = example.image else { return example }
        var example = example
        var stream = random.stream
        example.image = try changed(image, random: &stream)
        return example
    }
}
