import FoveaGraph

/// A source whose images are files, which need not be decoded whole.
protocol EncodedExampleSource: ExampleSource {
    /// An image that is not decoded yet, and its label; nil where the example's image is at hand.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it cannot be read.
    func encodedExample(at index: Int) throws -> (image: EncodedImage, label: Int32?)?
}

extension ExampleSource {
    /// An example whose image is resampled, and decoded only as far as that needs.
    ///
    /// - Throws: when the example cannot be read, or the transform refuses its size.
    func example(
        at index: Int, resampledBy transform: any ResamplingTransform, random: CounterBasedGenerator
    ) throws -> Example {
        guard let encoded = try (self as? any EncodedExampleSource)?.encodedExample(at: index) else {
            return try transform.transformed(example(at: index), random: random)
        }
        let resampling = try transform.resampling(
            height: encoded.image.height, width: encoded.image.width, random: random)
        return Example(image: try encoded.image.resampled(resampling), label: encoded.label)
    }

    /// An example whose image has a model's size, where there is a rule for that.
    func example(at index: Int, sizedBy sizing: ResizeAndCenterCrop?) throws -> Example {
        guard let sizing else { return try example(at: index) }
        return try example(at: index, resampledBy: sizing, random: sizing.noRandomNumbers)
    }
}

extension ResizeAndCenterCrop {
    /// This transform draws none.
    var noRandomNumbers: CounterBasedGenerator { CounterBasedGenerator(seed: 0, purpose: purpose) }
}
