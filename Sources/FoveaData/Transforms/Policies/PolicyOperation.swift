import FoveaFoundation

/// The operations that AutoAugment and its relatives choose from, by torchvision's names.
enum PolicyOperation: String, CaseIterable, Sendable {
    case identity = "Identity"
    case shearX = "ShearX"
    case shearY = "ShearY"
    case translateX = "TranslateX"
    case translateY = "TranslateY"
    case rotate = "Rotate"
    case brightness = "Brightness"
    case color = "Color"
    case contrast = "Contrast"
    case sharpness = "Sharpness"
    case posterize = "Posterize"
    case solarize = "Solarize"
    case autoContrast = "AutoContrast"
    case equalize = "Equalize"
    case invert = "Invert"

    /// The image changed as strongly as a magnitude says: the tangent of a shear's angle, pixels, degrees, the difference of a
    /// factor from 1, bits, or a threshold; where there is nothing to choose, it does not matter.
    func applied(
        to image: DecodedImage, magnitude: Double, _ interpolation: Interpolation, fill: UInt8
    ) -> DecodedImage {
        let middle = (x: Double(image.width) * 0.5, y: Double(image.height) * 0.5)
        func warped(_ map: AffineMap) -> DecodedImage { image.warped(by: map, interpolation, fill: fill) }
        let degrees = atan(magnitude) * 180 / .pi
        switch self {
        case .identity: return image
        // Shears keep the upper left corner in its place.
        case .shearX: return warped(AffineMap(shear: (degrees, 0), center: (0, 0)))
        case .shearY: return warped(AffineMap(shear: (0, degrees), center: (0, 0)))
        case .translateX: return warped(AffineMap(translation: (magnitude.rounded(.towardZero), 0), center: middle))
        case .translateY: return warped(AffineMap(translation: (0, magnitude.rounded(.towardZero)), center: middle))
        case .rotate: return image.rotated(by: magnitude, interpolation, fill: fill)
        case .brightness: return image.brightened(by: 1 + magnitude)
        case .color: return image.saturated(by: 1 + magnitude)
        case .contrast: return image.contrasted(by: 1 + magnitude)
        case .sharpness: return image.sharpened(by: 1 + magnitude)
        case .posterize: return image.posterized(bits: Int(magnitude))
        case .solarize: return image.solarized(from: magnitude)
        case .autoContrast: return image.autocontrasted()
        case .equalize: return image.equalized()
        case .invert: return image.inverted()
        }
    }
}
