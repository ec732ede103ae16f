// Changes of colour, which leave an image without colour as it is: the same bytes as torchvision's functions on Pillow's
// pictures.
extension DecodedImage {
    /// Each colour replaced by its luminance, in as many channels. torchvision's `to_grayscale`.
    func grayscaled() -> DecodedImage { saturated(by: 0) }

    /// luminance + factor · (byte − luminance): 0 gives grey, 1 the image. torchvision's `adjust_saturation`.
    func saturated(by factor: Double) -> DecodedImage {
        guard channels == 3 else { return self }
        let (factor, count) = (Float(factor), height * width)
        // Safe: both images have three bytes for each pixel.
        return unsafe rewritten { source, result in
            // First the luminance in each channel, then one loop over all bytes, which uses vectors.
            for pixel in 0..<count {
                let (old, new) = unsafe (source + 3 &* pixel, result + 3 &* pixel)
                let grey = unsafe Self.luminance(red: old[0], green: old[1], blue: old[2])
                unsafe (new[0], new[1], new[2]) = (grey, grey, grey)
            }
            for index in 0..<3 &* count {
                unsafe result[index] = blend(Float(result[index]), Float(source[index]), factor)
            }
        }
    }

    /// The hue turned by a part of the circle of colours, from −0.5 to 0.5. torchvision's `adjust_hue`, whose hues are bytes.
    func hueTurned(by turn: Double) -> DecodedImage {
        guard channels == 3 else { return self }
        let step = UInt8(truncatingIfNeeded: Int(turn * 255))
        return mappingColors { red, green, blue in
            var color = ByteHSV(red: red, green: green, blue: blue)
            color.hue &+= step
            return color.rgb
        }
    }

    @inline(__always)
    private func mappingColors(
        _ color: (UInt8, UInt8, UInt8) -> (UInt8, UInt8, UInt8)
    ) -> DecodedImage {
        let count = height * width
        // Safe: both images have three bytes for each pixel.
        return unsafe rewritten { source, result in
            for pixel in 0..<count {
                let (old, new) = unsafe (source + 3 * pixel, result + 3 * pixel)
                unsafe (new[0], new[1], new[2]) = color(old[0], old[1], old[2])
            }
        }
    }
}
