import FoveaFoundation
import FoveaGraph

/// One digit, handwritten once: a style with random variations. Every choice is drawn from one stream.
struct Handwriting {
    /// The pen's path, each stroke as a chain of short straight lines.
    let strokes: [[SIMD2<Double>]]
    /// Half of the pen's width, in pixels of the finished image.
    let penRadius: Double
    /// The softness of the ink: half of the width of its edge, in pixels.
    let softness: Double

    init(_ digit: Int, _ random: inout CounterBasedGenerator.Stream) {
        var knots = Self.style(of: digit, &random).strokes
        let careless = 0.02 + 0.04 * random.uniform()
        for stroke in knots.indices {
            for knot in knots[stroke].indices {
                knots[stroke][knot].position += careless * SIMD2(random.normal(), random.normal())
            }
        }
        let deform = Deformation(&random)
        strokes = knots.map { Self.curve(through: $0).map(deform.callAsFunction) }
        penRadius = min(3, max(0.7, 1.25 * exp(0.3 * random.normal())))
        softness = 0.4 + 0.35 * random.uniform()
    }

    private static func style(of digit: Int, _ random: inout CounterBasedGenerator.Stream) -> GlyphStyle {
        let styles = GlyphStyle.ofDigit[digit]
        var remaining = random.uniform() * styles.reduce(0) { $0 + $1.frequency }
        for style in styles {
            remaining -= style.frequency
            if remaining < 0 { return style }
        }
        return styles[styles.count - 1]
    }

    /// A chain of lines along the Catmull–Rom spline through the knots, which restarts at each corner.
    private static func curve(through knots: [GlyphStyle.Knot]) -> [SIMD2<Double>] {
        var points = [knots[0].position]
        for index in 1..<knots.count {
            let (start, end) = (knots[index - 1], knots[index])
            // Beyond an end or a corner the curve continues as if it were straight there.
            let before =
                index < 2 || start.isCorner ? start.position * 2 - end.position : knots[index - 2].position
            let after =
                index + 1 == knots.count || end.isCorner ? end.position * 2 - start.position : knots[index + 1].position
            let enter = (end.position - before) / 2
            let leave = (after - start.position) / 2
            for step in 1...linesPerSection {
                let t = Double(step) / Double(linesPerSection)
                let (t2, t3) = (t * t, t * t * t)
                let fromStart = start.position * (2 * t3 - 3 * t2 + 1) + enter * (t3 - 2 * t2 + t)
                let fromEnd = end.position * (3 * t2 - 2 * t3) + leave * (t3 - t2)
                points.append(fromStart + fromEnd)
            }
        }
        return points
    }

    private static let linesPerSection = 5
}

/// Slant, rotation and proportions, an emphasis of the upper or the lower half, and a smooth random displacement (three
/// waves of random direction, length and phase) that bends straight lines.
private struct Deformation {
    private let emphasis: Double
    private let columns: (SIMD2<Double>, SIMD2<Double>)
    private let waves: [(frequency: SIMD2<Double>, phase: Double, amplitude: SIMD2<Double>)]

    init(_ random: inout CounterBasedGenerator.Stream) {
        emphasis = exp(0.22 * random.normal())
        let slant = 0.14 + 0.24 * random.normal()
        let rotation = 0.1 * random.normal()
        let widening = exp(0.1 + 0.25 * random.normal())
        let (cosine, sine) = (cos(rotation), sin(rotation))
        func rotated(_ vector: SIMD2<Double>) -> SIMD2<Double> {
            [cosine * vector.x - sine * vector.y, sine * vector.x + cosine * vector.y]
        }
        columns = (rotated([widening, 0]), rotated([-slant, 1]))
        waves = (0..<3).map { _ in
            let direction = 2 * .pi * random.uniform()
            let length = 2 + 4 * random.uniform()
            return (
                frequency: length * SIMD2(cos(direction), sin(direction)), phase: 2 * .pi * random.uniform(),
                amplitude: 0.04 * SIMD2(random.normal(), random.normal())
            )
        }
    }

    func callAsFunction(_ point: SIMD2<Double>) -> SIMD2<Double> {
        var moved = SIMD2(point.x, point.y > 0 ? pow(point.y, emphasis) : point.y)
        for wave in waves {
            let angle = wave.frequency.x * point.x + wave.frequency.y * point.y + wave.phase
            moved += wave.amplitude * sin(angle)
        }
        return columns.0 * moved.x + columns.1 * moved.y
    }
}
