import FoveaFoundation

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

/// A colour as hue, saturation and value, a byte each, rounded as Pillow's mode `HSV`.
///
/// Source: A. R. Smith, "Color Gamut Transform Pairs", SIGGRAPH 1978.
struct ByteHSV {
    var hue: UInt8
    let saturation: UInt8
    let value: UInt8

    init(red: UInt8, green: UInt8, blue: UInt8) {
        let (largest, smallest) = (max(red, green, blue), min(red, green, blue))
        value = largest
        guard smallest < largest else {
            (hue, saturation) = (0, 0)
            return
        }
        // Mixed precision as in Pillow, so that the bytes are the same.
        let range = Float(largest - smallest)
        func distance(_ channel: UInt8) -> Float { Float(largest - channel) / range }
        let sixths: Float
        if red == largest {
            sixths = distance(blue) - distance(green)
        } else if green == largest {
            sixths = Float(2 + Double(distance(red)) - Double(distance(blue)))
        } else {
            sixths = Float(4 + Double(distance(green)) - Double(distance(red)))
        }
        let turns = Double(sixths) / 6 + 1
        hue = UInt8(Double(Float(turns >= 1 ? turns - 1 : turns)) * 255)
        saturation = UInt8(Double(range / Float(largest)) * 255)
    }

    var rgb: (UInt8, UInt8, UInt8) {
        guard saturation > 0 else { return (value, value, value) }
        let sixths = Double(hue) * 6 / 255
        let sector = Int(sixths)
        let part = Float(sixths - Double(sector))
        let share = Float(Double(saturation) / 255)
        let (low, falling, rising) = (
            scaled(1 - Double(share)), scaled(1 - Double(share * part)), scaled(1 - Double(share) * (1 - Double(part)))
        )
        switch sector % 6 {
        case 0: return (value, rising, low)
        case 1: return (falling, value, low)
        case 2: return (low, value, rising)
        case 3: return (low, falling, value)
        case 4: return (rising, low, value)
        default: return (value, low, falling)
        }
    }

    /// Rounded half up; `rounded` would call a function.
    private func scaled(_ part: Double) -> UInt8 { UInt8(min(max(Double(value) * part + 0.5, 0), 255)) }
}
