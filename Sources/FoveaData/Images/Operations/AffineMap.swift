import FoveaFoundation

/// The place in an image from which each pixel of the changed image comes, an affine function of the pixel's own place: both
/// count from the upper left corner, a pixel's middle being at 1/2.
struct AffineMap: Hashable {
    /// (x, y) comes from (xx · x + xy · y + x0, yx · x + yy · y + y0).
    let xx: Double
    let xy: Double
    let x0: Double
    let yx: Double
    let yy: Double
    let y0: Double

    /// A rotation about the middle, counter-clockwise, in degrees. Cosine and sine are rounded to 15 digits as in Pillow, so
    /// that right angles are exact.
    init(rotation degrees: Double, height: Int, width: Int) {
        func rounded(_ number: Double) -> Double { (number * 1e15).rounded(.toNearestOrEven) / 1e15 }
        let angle = -degrees * .pi / 180
        (xx, xy, yx, yy) = (rounded(cos(angle)), rounded(sin(angle)), rounded(-sin(angle)), rounded(cos(angle)))
        let (x, y) = (Double(width) / 2, Double(height) / 2)
        x0 = xx * -x + xy * -y + x
        y0 = yx * -x + yy * -y + y
    }

    /// A shear, then a scaling, then a rotation, all about a centre, and then a translation, as torchvision's `affine`.
    ///
    /// - Parameters:
    ///   - degrees: the rotation, clockwise.
    ///   - translation: columns to the right and rows down.
    ///   - shear: along the columns and along the rows, in degrees.
    init(
        degrees: Double = 0, translation: (x: Double, y: Double) = (0, 0), scale: Double = 1,
        shear: (x: Double, y: Double) = (0, 0), center: (x: Double, y: Double)
    ) {
        let (angle, shearX, shearY) = (degrees * .pi / 180, shear.x * .pi / 180, shear.y * .pi / 180)
        let a = cos(angle - shearY) / cos(shearY)
        let b = -cos(angle - shearY) * tan(shearX) / cos(shearY) - sin(angle)
        let c = sin(angle - shearY) / cos(shearY)
        let d = -sin(angle - shearY) * tan(shearX) / cos(shearY) + cos(angle)
        // The inverse: the determinant of rotation and shear is 1.
        (xx, xy, yx, yy) = (d / scale, -b / scale, -c / scale, a / scale)
        x0 = xx * (-center.x - translation.x) + xy * (-center.y - translation.y) + center.x
        y0 = yx * (-center.x - translation.x) + yy * (-center.y - translation.y) + center.y
    }
}
