extension DecodedImage {
    /// smooth + factor · (byte − smooth), where smooth is the mean of a pixel and its neighbours, the pixel itself counting
    /// five times; the outermost pixels stay. 0 gives a smoothed image, 1 the image, 2 a sharpened one. The same bytes as
    /// torchvision's `adjust_sharpness` on Pillow's pictures.
    func sharpened(by factor: Double) -> DecodedImage {
        guard height >= 3, width >= 3 else { return self }
        let (factor, channels, height, length) = (Float(factor), channels, height, width * channels)
        // Safe: neighbours lie within the image, since the outermost pixels are copied.
        return unsafe rewritten { source, result in
            unsafe result.update(from: source, count: height * length)
            for row in 1..<height - 1 {
                for index in row * length + channels..<(row + 1) * length - channels {
                    @inline(__always) func ofThree(_ middle: Int) -> Int32 {
                        unsafe Int32(source[middle &- channels]) &+ Int32(source[middle])
                            &+ Int32(source[middle &+ channels])
                    }
                    let own = unsafe Int32(source[index])
                    let sum = ofThree(index &- length) &+ ofThree(index) &+ ofThree(index &+ length) &+ 4 &* own
                    // Rounded: 13 is odd, so that no mean lies in the middle of two bytes, nor within a rounding error of it.
                    let smooth = byte(cuttingOff: Float(2 &* sum &+ 13) * (1 / 26))
                    unsafe result[index] = blend(Float(smooth), Float(own), factor)
                }
            }
        }
    }

    /// The mean of each pixel's neighbourhood, weighted by a normal distribution; the image continues beyond its edges as its
    /// mirror image. torchvision's `gaussian_blur`, up to the rounding.
    func blurred(by kernel: GaussianKernel) -> DecodedImage {
        let blurred = kernel.blurred(bytes.map { Float($0) }, height: height, width: width, channels: channels)
        return withPixels(blurred.map { UInt8(min(max($0 + 0.5, 0), 255)) })
    }
}
