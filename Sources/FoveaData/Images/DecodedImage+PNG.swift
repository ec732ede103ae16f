import CFoveaImages
import FoveaGraph

extension DecodedImage {
    /// The image as a PNG file.
    ///
    /// - Throws: ``FoveaError`` when it has neither 1 nor 3 channels, or is too large.
    package func png() throws -> [UInt8] {
        let (width, height, channels) = (Int64(width), Int64(height), Int32(channels))
        let capacity = fovea_png_capacity(width, height, channels)
        // Safe: both buffers have as many bytes as the function is told, and it keeps no pointer.
        let file = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            guard let start = target.baseAddress, capacity > 0 else { return }
            count = unsafe bytes.withUnsafeBufferPointer { pixels in
                guard let pixels = pixels.baseAddress else { return 0 }
                return unsafe fovea_encode_png(pixels, width, height, channels, start, capacity)
            }
        }
        guard !file.isEmpty else {
            throw FoveaError(
                .badData, "An image of \(sizeText) cannot be written as PNG.",
                remedy: "Use 1 or 3 channels, or a smaller one.")
        }
        return file
    }
}
