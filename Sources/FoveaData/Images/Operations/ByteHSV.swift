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
