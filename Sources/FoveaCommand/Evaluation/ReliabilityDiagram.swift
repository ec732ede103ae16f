import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaTraining

/// How often a network's answers are right, over how sure it is of them, as a drawing: on the diagonal probabilities are what
/// they say. With a temperature there are two panels, without it and with it.
struct ReliabilityDiagram {
    private struct Panel {
        let title: String
        let reliability: Reliability
        /// The probability from which on answers are given.
        let threshold: Double?
    }

    private let title: String
    private let count: Int
    private let panels: [Panel]

    init(_ evaluation: Evaluation, title: String) {
        self.title = title
        count = evaluation.count
        let threshold = evaluation.calibration?.threshold?.probability
        let plain = Panel(
            title: evaluation.calibration == nil ? "As the network says" : "Without the temperature",
            reliability: evaluation.uncalibratedReliability, threshold: nil)
        panels =
            [plain]
            + (evaluation.calibration.map {
                [
                    Panel(
                        title: "With the temperature \($0.temperature.text(digits: 2))",
                        reliability: evaluation.reliability, threshold: threshold)
                ]
            } ?? [])
    }

    /// Throws ``FoveaError`` unless a name is that of a drawing.
    static func checkName(_ path: String) throws {
        guard path.fileExtension == "svg" else {
            throw FoveaError(
                .usage, "The reliability diagram is an SVG drawing, and \(quoted(path)) does not end in .svg.",
                remedy: "Name it for example reliability.svg; browsers show and print it.")
        }
    }

    // The sizes of the drawing: the plot is a square, with a histogram below it.
    private static let (plot, left, top, gap, histogram) = (320, 64, 96, 44, 56)
    private static var panelWidth: Int { left + plot + 28 }
    private static var height: Int { top + plot + gap + histogram + 40 }

    var svg: String {
        let width = panels.count * Self.panelWidth + 8
        let drawn = panels.enumerated().map { draw($0.element, left: $0.offset * Self.panelWidth + Self.left) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(Self.height)" \
            viewBox="0 0 \(width) \(Self.height)" font-family="system-ui, sans-serif" font-size="12" fill="#1c1e21">
            <rect width="\(width)" height="\(Self.height)" fill="#fff"/>
            <text x="\(Self.left)" y="30" font-size="16" font-weight="600">\(title.end(upTo: max(12, (width - Self.left - 12) / 9)).asMarkup)</text>
            <text x="\(Self.left)" y="50" fill="#666b73">\(count.grouped) images; right answers are \
            <tspan fill="#b3261e">fewer</tspan> or <tspan fill="#1b7f4b">more</tspan> than probabilities say</text>
            \(drawn.joined(separator: "\n"))
            </svg>

            """
    }

    private func draw(_ panel: Panel, left: Int) -> String {
        let error = panel.reliability.expectedCalibrationError.percent
        return """
            <g transform="translate(\(left) \(Self.top))">
            <text y="-14" font-weight="600">\(panel.title)<tspan font-weight="400" fill="#666b73">\
             · calibration error \(error)</tspan></text>
            <rect width="\(Self.plot)" height="\(Self.plot)" fill="#f5f6f8"/>
            \(grid)
            \(panel.reliability.bins.filter { $0.count > 0 }.map(bar).joined(separator: "\n"))
            <line x1="0" y1="\(Self.plot)" x2="\(Self.plot)" y2="0" stroke="#1c1e21" stroke-dasharray="5 4"/>
            \(panel.threshold.map(threshold) ?? "")
            <text transform="translate(-42 \(Self.plot / 2)) rotate(-90)" text-anchor="middle">answers that are right</text>
            <g transform="translate(0 \(Self.plot + Self.gap))">\(histogram(panel.reliability))</g>
            </g>
            """
    }

    /// Lines and numbers at every fifth of both axes.
    private var grid: String {
        (0...5).map { fifth in
            let (place, label) = (fifth * Self.plot / 5, "\(fifth * 20) %")
            return """
                <path d="M\(place) 0V\(Self.plot)M0 \(place)H\(Self.plot)" stroke="#dcdfe4" fill="none"/>
                <text x="\(place)" y="\(Self.plot + 18)" text-anchor="middle" fill="#666b73">\(label)</text>
                <text x="-8" y="\(Self.plot - place + 4)" text-anchor="end" fill="#666b73">\(label)</text>
                """
        }.joined(separator: "\n")
    }

    /// A bar as high as the accuracy, and what is missing to the confidence, or too much.
    private func bar(_ bin: Reliability.Bin) -> String {
        let side = Double(Self.plot)
        let (x, width) = (bin.range.lowerBound * side + 1, (bin.range.upperBound - bin.range.lowerBound) * side - 2)
        let (low, high) = (min(bin.accuracy, bin.confidence), max(bin.accuracy, bin.confidence))
        let isOverconfident = bin.confidence > bin.accuracy
        func box(_ from: Double, _ to: Double, _ style: String) -> String {
            "<rect x=\"\(number(x))\" y=\"\(number((1 - to) * side))\" width=\"\(number(width))\" "
                + "height=\"\(number((to - from) * side))\" \(style)/>"
        }
        let gap = isOverconfident ? "fill=\"#b3261e\" fill-opacity=\"0.28\"" : "fill=\"#1b7f4b\" fill-opacity=\"0.45\""
        let note =
            "<title>\(bin.count.grouped) images, mean \(bin.confidence.percent), right \(bin.accuracy.percent)</title>"
        return "<g>\(note)\(box(0, low, "fill=\"#3b6fd4\""))\(box(low, high, gap))</g>"
    }

    private func threshold(_ probability: Double) -> String {
        let x = number(probability * Double(Self.plot))
        return """
            <line x1="\(x)" y1="0" x2="\(x)" y2="\(Self.plot)" stroke="#e08a2e" stroke-width="2"/>
            <text x="\(x)" y="14" dx="-6" text-anchor="end" fill="#a35b10">answers from \(probability.percent)</text>
            """
    }

    /// The share of images in each bin.
    private func histogram(_ reliability: Reliability) -> String {
        let largest = Double(max(1, reliability.bins.map(\.count).max() ?? 1))
        let side = Double(Self.plot)
        let bars = reliability.bins.map { bin in
            let height = Double(bin.count) / largest * Double(Self.histogram)
            return
                "<rect x=\"\(number(bin.range.lowerBound * side + 1))\" y=\"\(number(Double(Self.histogram) - height))\" "
                + "width=\"\(number((bin.range.upperBound - bin.range.lowerBound) * side - 2))\" "
                + "height=\"\(number(height))\" fill=\"#9aa0a9\"/>"
        }
        return bars.joined() + """
            <line x1="0" y1="\(Self.histogram)" x2="\(Self.plot)" y2="\(Self.histogram)" stroke="#9aa0a9"/>
            <text transform="translate(-42 \(Self.histogram / 2)) rotate(-90)" text-anchor="middle">images</text>
            <text x="\(Self.plot / 2)" y="\(Self.histogram + 22)" text-anchor="middle">probability of the answer</text>
            """
    }

    private func number(_ value: Double) -> String { value.text(digits: 1) }
}
