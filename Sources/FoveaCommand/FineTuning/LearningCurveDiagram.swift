import FoveaFoundation
import FoveaTraining

/// Accuracy over the number of training images, which doubles from line to line, with 95 % intervals, as a drawing.
struct LearningCurveDiagram {
    private let title: String
    private let points: [LearningCurve.Point]
    /// The range of accuracies that is shown, in steps of ``step``.
    private let range: ClosedRange<Double>
    private let step: Double

    init(_ curve: LearningCurve, title: String) {
        self.title = title
        points = curve.points
        let low = points.map(\.interval.lower).min() ?? 0
        let high = points.map(\.interval.upper).max() ?? 1
        let step = high - low > 0.3 ? 0.1 : high - low > 0.12 ? 0.05 : 0.02
        self.step = step
        // The ends are wide apart: accuracies of 1 and intervals without width still have a step.
        let first = (low / step).rounded(.down) * step
        range = first...max((high / step).rounded(.up) * step, first + step)
    }

    // The sizes of the drawing.
    private static let (plotWidth, plotHeight, left, top) = (520, 320, 72, 76)
    private static var width: Int { left + plotWidth + 40 }
    private static var height: Int { top + plotHeight + 72 }

    var svg: String {
        let measured = points.last.map { "\($0.count.grouped) validation images; " } ?? ""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" \
            viewBox="0 0 \(Self.width) \(Self.height)" font-family="system-ui, sans-serif" font-size="12" fill="#1c1e21">
            <rect width="\(Self.width)" height="\(Self.height)" fill="#fff"/>
            <text x="\(Self.left)" y="30" font-size="16" font-weight="600">\(title.end(upTo: 56).asMarkup)</text>
            <text x="\(Self.left)" y="50" fill="#666b73">\(measured)lines show 95 % intervals</text>
            <g transform="translate(\(Self.left) \(Self.top))">
            <rect width="\(Self.plotWidth)" height="\(Self.plotHeight)" fill="#f5f6f8"/>
            \(grid)
            <polyline points="\(points.map { "\(number(x($0.trained))),\(number(y($0.accuracy)))" }.joined(separator: " "))" \
            fill="none" stroke="#3b6fd4" stroke-width="2"/>
            \(points.map(mark).joined(separator: "\n"))
            <text transform="translate(-52 \(Self.plotHeight / 2)) rotate(-90)" text-anchor="middle">accuracy</text>
            <text x="\(Self.plotWidth / 2)" y="\(Self.plotHeight + 54)" text-anchor="middle">training images</text>
            </g>
            </svg>

            """
    }

    /// A line for each step of the accuracy.
    private var grid: String {
        (0...Int(((range.upperBound - range.lowerBound) / step).rounded())).map { index in
            let accuracy = range.lowerBound + Double(index) * step
            let place = number(y(accuracy))
            return """
                <path d="M0 \(place)H\(Self.plotWidth)" stroke="#dcdfe4"/>
                <text x="-8" y="\(place)" dy="4" text-anchor="end" fill="#666b73">\((accuracy * 100).text(digits: 0)) %</text>
                """
        }.joined(separator: "\n")
    }

    private func mark(_ point: LearningCurve.Point) -> String {
        let (x, low, high) = (
            number(x(point.trained)), number(y(point.interval.lower)), number(y(point.interval.upper))
        )
        return """
            <g><title>\(point.part.asMarkup): \(point.accuracy.percent), \(point.interval.lower.percent) to \
            \(point.interval.upper.percent)</title>
            <path d="M\(x) \(low)V\(high)" stroke="#3b6fd4"/>
            <circle cx="\(x)" cy="\(number(y(point.accuracy)))" r="4" fill="#3b6fd4"/>
            <text x="\(x)" y="\(Self.plotHeight + 18)" text-anchor="middle">\(point.trained.grouped)</text>
            <text x="\(x)" y="\(Self.plotHeight + 33)" text-anchor="middle" fill="#666b73">\(point.part.asMarkup)</text></g>
            """
    }

    /// The place on an axis on which each doubling is as wide; the first and the last point keep a margin.
    private func x(_ count: Int) -> Double {
        guard let first = points.first?.trained, let last = points.last?.trained, last > first else {
            return Double(Self.plotWidth) / 2
        }
        let fraction = log2(Double(count) / Double(first)) / log2(Double(last) / Double(first))
        return 40 + fraction * Double(Self.plotWidth - 80)
    }

    private func y(_ accuracy: Double) -> Double {
        (range.upperBound - accuracy) / (range.upperBound - range.lowerBound) * Double(Self.plotHeight)
    }

    private func number(_ value: Double) -> String { value.text(digits: 1) }
}
