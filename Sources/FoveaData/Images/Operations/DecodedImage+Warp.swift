// Pixels that come from outside the image get the byte `fill` in each channel.
extension DecodedImage {
    /// The image changed by an affine map: the same bytes as torchvision's `affine` and `rotate` on Pillow's pictures.
    func warped(by map: AffineMap, _ interpolation: Interpolation, fill: UInt8) -> DecodedImage {
        switch interpolation {
        case .bilinear:
            return interpolated(fill: fill) { x, y in
                (map.xx * x + map.xy * y + map.x0, map.yx * x + map.yy * y + map.y0)
            }
        case .nearest:
            return map.xy == 0 && map.yx == 0 ? stretched(by: map, fill) : stepped(by: map, fill)
        }
    }

    /// The image changed by a perspective map: the same bytes as torchvision's `perspective` on Pillow's pictures.
    func warped(by map: PerspectiveMap, _ interpolation: Interpolation, fill: UInt8) -> DecodedImage {
        let (a, b, c, d) = (map.coefficients[0], map.coefficients[1], map.coefficients[2], map.coefficients[3])
        let (e, f, g, h) = (map.coefficients[4], map.coefficients[5], map.coefficients[6], map.coefficients[7])
        func place(_ x: Double, _ y: Double) -> (Double, Double) {
            let divisor = g * x + h * y + 1
            return ((a * x + b * y + c) / divisor, (d * x + e * y + f) / divisor)
        }
        switch interpolation {
        case .bilinear: return interpolated(fill: fill, place)
        case .nearest:
            return picked(fill: fill) { row, column in
                let (x, y) = place(Double(column) + 0.5, Double(row) + 0.5)
                guard x >= 0, y >= 0, x < Double(width), y < Double(height) else { return nil }
                return Int(y) * width + Int(x)
            }
        }
    }

    /// Nearest pixels where columns come from columns and rows from rows, found by adding up as in Pillow.
    private func stretched(by map: AffineMap, _ fill: UInt8) -> DecodedImage {
        func places(_ start: Double, _ step: Double, _ count: Int) -> [Int?] {
            var place = start + step * 0.5
            return (0..<count).map { _ in
                defer { place += step }
                return place >= 0 && place < Double(count) ? Int(place) : nil
            }
        }
        let (columns, rows) = (places(map.x0, map.xx, width), places(map.y0, map.yy, height))
        return picked(fill: fill) { row, column in
            guard let row = rows[row], let column = columns[column] else { return nil }
            return row * width + column
        }
    }

    /// Nearest pixels by a map with 16 bits behind the point, as in Pillow.
    private func stepped(by map: AffineMap, _ fill: UInt8) -> DecodedImage {
        func fixed(_ number: Double) -> Int {
            // Far outside of every image, and far below the largest integer after all steps.
            let bound = 0x1p44
            return Int(min(max((number * 65536 + 0.5).rounded(.down), -bound), bound))
        }
        let (xx, xy, yx, yy) = (fixed(map.xx), fixed(map.xy), fixed(map.yx), fixed(map.yy))
        let x0 = fixed(map.x0 + map.xx * 0.5 + map.xy * 0.5)
        let y0 = fixed(map.y0 + map.yx * 0.5 + map.yy * 0.5)
        return picked(fill: fill) { row, column in
            let x = (x0 + row * xy + column * xx) >> 16
            let y = (y0 + row * yy + column * yx) >> 16
            guard x >= 0, y >= 0, x < width, y < height else { return nil }
            return y * width + x
        }
    }

    /// The image whose pixels are some of this one's, by the index of each; nil gives the fill.
    @inline(__always)
    private func picked(fill: UInt8, _ pixel: (_ row: Int, _ column: Int) -> Int?) -> DecodedImage {
        let (height, width, channels) = (height, width, channels)
        // Safe: the index of a pixel lies within the image, and both images have as many.
        return unsafe rewritten { source, result in
            var new = unsafe result
            for row in 0..<height {
                for column in 0..<width {
                    if let pixel = pixel(row, column) {
                        let old = unsafe source + pixel * channels
                        if channels == 3 {
                            unsafe (new[0], new[1], new[2]) = (old[0], old[1], old[2])
                        } else {
                            for channel in 0..<channels { unsafe new[channel] = old[channel] }
                        }
                    } else {
                        for channel in 0..<channels { unsafe new[channel] = fill }
                    }
                    unsafe new += channels
                }
            }
        }
    }

    /// The image whose pixels lie between this one's, cut off to bytes as in Pillow.
    @inline(__always)
    private func interpolated(fill: UInt8, _ place: (_ x: Double, _ y: Double) -> (Double, Double)) -> DecodedImage {
        let (height, width, channels) = (height, width, channels)
        let (columns, rows) = (Double(width), Double(height))
        // Safe: places outside are filled, and the neighbours of those inside are bounded by the image.
        return unsafe rewritten { source, result in
            var new = unsafe result
            for row in 0..<height {
                for column in 0..<width {
                    defer { unsafe new += channels }
                    let (x, y) = place(Double(column) + 0.5, Double(row) + 0.5)
                    guard x >= 0, y >= 0, x < columns, y < rows else {
                        for channel in 0..<channels { unsafe new[channel] = fill }
                        continue
                    }
                    // Rounded down: `rounded` would call a function.
                    let (left, top) = (Int(x + 0.5) - 1, Int(y + 0.5) - 1)
                    let (across, down) = (x - 0.5 - Double(left), y - 0.5 - Double(top))
                    let upper = unsafe source + max(top, 0) * width * channels
                    let lower = unsafe source + min(top + 1, height - 1) * width * channels
                    let (first, last) = (max(left, 0) * channels, min(left + 1, width - 1) * channels)
                    for channel in 0..<channels {
                        @inline(__always) func mean(_ line: UnsafePointer<UInt8>) -> Double {
                            let (a, b) = unsafe (line[first + channel], line[last + channel])
                            return Double(a) + Double(Int(b) - Int(a)) * across
                        }
                        let above = unsafe mean(upper)
                        unsafe new[channel] = UInt8(above + (mean(lower) - above) * down)
                    }
                }
            }
        }
    }
}
