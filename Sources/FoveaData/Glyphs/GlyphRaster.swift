/// A canvas of 28×28 pixels for one digit: ink from 0 to 1.
struct GlyphRaster {
    static let extent = 28
    /// The digit is scaled until the longer side of its ink has this many pixels, as in MNIST.
    private static let inkExtent = 20.0

    private var ink = [Double](repeating: 0, count: extent * extent)

    /// Draws a digit with its centre of mass at the centre of the canvas.
    init(_ writing: Handwriting) {
        let points = writing.strokes.joined()
        var (low, high) = (SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity))
        for point in points {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        let scale = (Self.inkExtent - 2 * writing.penRadius) / (high - low).max()
        let middle = SIMD2(repeating: Double(Self.extent) / 2)
        for stroke in writing.strokes {
            let placed = stroke.map { ($0 - (low + high) / 2) * scale + middle }
            for (start, end) in zip(placed, placed.dropFirst()) {
                draw(from: start, to: end, radius: writing.penRadius, softness: writing.softness)
            }
        }
        moveCentreOfMassToMiddle()
    }

    /// Inks every pixel by its distance to a line: full within the pen, fading over its soft edge.
    private mutating func draw(from start: SIMD2<Double>, to end: SIMD2<Double>, radius: Double, softness: Double) {
        let reach = radius + softness
        let low = pointwiseMin(start, end) - reach
        let high = pointwiseMax(start, end) + reach
        let direction = end - start
        let lengthSquared = max((direction * direction).sum(), 1e-12)
        for row in pixels(low.y, high.y) {
            for column in pixels(low.x, high.x) {
                let offset = SIMD2(Double(column) + 0.5, Double(row) + 0.5) - start
                let along = min(max((offset * direction).sum() / lengthSquared, 0), 1)
                let away = offset - along * direction
                let distance = (away * away).sum().squareRoot()
                let index = row * Self.extent + column
                ink[index] = max(ink[index], min((reach - distance) / (2 * softness), 1))
            }
        }
    }

    /// The pixels whose centres are between two coordinates.
    private func pixels(_ low: Double, _ high: Double) -> Range<Int> {
        let first = Int(max((low - 0.5).rounded(.up), 0))
        let last = Int(min((high - 0.5).rounded(.down), Double(Self.extent - 1)))
        return first..<max(first, last + 1)
    }

    /// Shifts the picture by whole pixels, as in MNIST.
    private mutating func moveCentreOfMassToMiddle() {
        var (mass, moment) = (0.0, SIMD2<Double>.zero)
        for row in 0..<Self.extent {
            for column in 0..<Self.extent {
                let amount = ink[row * Self.extent + column]
                mass += amount
                moment += amount * SIMD2(Double(column) + 0.5, Double(row) + 0.5)
            }
        }
        let shift = (SIMD2(repeating: Double(Self.extent) / 2) - moment / max(mass, 1e-12)).rounded(.toNearestOrEven)
        let (right, down) = (Int(shift.x), Int(shift.y))
        let drawn = ink
        for row in 0..<Self.extent {
            for column in 0..<Self.extent {
                let (fromRow, fromColumn) = (row - down, column - right)
                let isInside = (0..<Self.extent).contains(fromRow) && (0..<Self.extent).contains(fromColumn)
                ink[row * Self.extent + column] = isInside ? drawn[fromRow * Self.extent + fromColumn] : 0
            }
        }
    }

    /// The picture as bytes, white ink on black; `noise` is drawn for each pixel that has ink.
    func bytes(noise: () -> Double) -> [UInt8] {
        ink.map { $0 > 0 ? UInt8(min(max(255 * ($0 + noise() * $0), 0), 255)) : 0 }
    }
}
