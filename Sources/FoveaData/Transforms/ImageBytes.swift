import FoveaFoundation
public import FoveaGraph

/// The first part of a ``Preprocessing``: brings an image to the model's size and leaves its bytes as they are, for a device
/// that standardizes them itself.
public struct ImageBytes: Transform {
    public let preprocessing: Preprocessing

    public init(_ preprocessing: Preprocessing) { self.preprocessing = preprocessing }

    /// The example with its image in the model's size.
    ///
    /// - Throws: ``FoveaError`` when there is no image, or it has other channels or another size.
    public func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
        var example = example
        example.image = try preprocessing.fitting(example.image)
        return example
    }
}

extension Preprocessing {
    /// The batch with its images [N, C, H, W] standardized, which are bytes.
    ///
    /// - Throws: ``FoveaError`` when they are no bytes, or of another size.
    public func standardized(_ batch: Batch) throws -> Batch {
        let images = try batch.images
        let expected = TensorType(Shape([images.shape.dimensions.first ?? 0, channels, height, width]), .uint8)
        guard images.type == expected else {
            throw FoveaError(
                .badData, "The images are \(images.type) instead of \(expected).",
                remedy: "Standardize images that ImageBytes gave.")
        }
        let plane = height * width
        let bytes = images.floats
        let elements = bytes.indices.map { index -> Float in
            let channel = index / plane % channels
            return (bytes[index] / 255 - mean[channel]) / standardDeviation[channel]
        }
        var values = batch.values
        values[Batch.imagesName] = try Tensor(images.shape, elements)
        return batch.with(values)
    }
}
