public import FoveaGraph

/// Blurs the image with a normal distribution whose deviation, in pixels, is drawn uniformly. torchvision's `GaussianBlur`.
public struct GaussianBlur: ImageTransform, Hashable {
    public let kernelSize: Int
    public let sigma: ClosedRange<Double>

    /// - Parameter kernelSize: number of pixels across that a pixel is a mean of, an odd number.
    /// - Throws: ``FoveaError`` when the size is even or out of range, or a deviation is.
    public init(kernelSize: Int, sigma: ClosedRange<Double> = 0.1...2) throws {
        guard (1...1023).contains(kernelSize), kernelSize % 2 == 1 else {
            throw FoveaError(
                .usage, "The kernel of a blur cannot have \(kernelSize) pixels.",
                remedy: "Use an odd number from 1 to 1023.")
        }
        try expect(sigma, within: 0.001...1000, of: "deviation of a blur")
        (self.kernelSize, self.sigma) = (kernelSize, sigma)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        image.blurred(by: GaussianKernel(radius: kernelSize / 2, sigma: random.uniform(in: sigma)))
    }
}
