import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaNN
import FoveaTraining

/// A contest of two networks as one HTML page, which needs no other file, no network and no script.
struct SequenceContestPage {
    private let report: SequenceContestReport

    init(_ report: SequenceContestReport) { self.report = report }

    var html: String {
        let names = report.results.map(\.name.asMarkup)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(names.joined(separator: " against ")): \(report.data.training.name.asMarkup)</title>
            <style>\(InspectionPage.style)\(Self.style)</style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(names.joined(separator: " against ")) on \(report.data.training.name.asMarkup)</h1>
            <p class="verdict">\(report.verdict.asMarkup)</p>
            <p>\(report.differenceText.asMarkup)</p>
            </header>
            <section><h2>Figures</h2>\(table)<p class="advice">\(lines(report.dataText))<br>\(lines(report.recipeText))</p></section>
            <section><h2>Learning curves</h2>
            <p>Mean over the seeds on the training part; the band reaches from the lowest seed to the highest.</p>
            \(curves)</section>
            <section><h2>The two networks</h2>\(drawings)</section>
            <footer>Fovea \(FoveaVersion.current), <code>fovea compare cnn rnn</code></footer>
            </main>
            </body>
            </html>

            """
    }

    private static let style = """
        .figures { border-collapse: collapse; width: 100%; } .figures th, .figures td { padding: 4px 10px; text-align: right;
          border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
        .figures th:first-child { text-align: left; font-weight: normal; }
        svg { max-width: 100%; height: auto; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
        .pair { display: flex; flex-wrap: wrap; gap: 24px; } .pair figure { width: auto; max-width: 500px; }
        .pair figcaption { font-size: 14px; }
        """

    private func lines(_ text: String) -> String {
        text.split(separator: "\n").map { String($0).asMarkup }.joined(separator: "<br>")
    }

    private var table: String {
        let head = ([""] + report.results.map(\.name) + ["majority"]).map { "<th>\($0.asMarkup)</th>" }.joined()
        let rows = report.rows.map { row in
            "<tr><th>\(row[0].asMarkup)</th>" + row.dropFirst().map { "<td>\($0.asMarkup)</td>" }.joined() + "</tr>"
        }
        return "<table class=\"figures\"><tr>\(head)</tr>\n\(rows.joined(separator: "\n"))</table>"
    }

    // MARK: Curves

    private static let colours = ["var(--train)", "var(--val)"]
    private static let (width, height, left, top) = (460.0, 240.0, 44.0, 12.0)

    private var curves: String {
        let loss = plot("loss", logarithmic: true) { $0.loss }
        let accuracy = plot("accuracy", logarithmic: false) { $0.accuracy }
        let legend = zip(report.results, Self.colours).map { result, colour in
            "<span><i style=\"background:\(colour)\"></i>\(result.name.asMarkup)</span>"
        }.joined()
        return "<p class=\"legend\">\(legend)</p><div class=\"pair\">\(loss)\(accuracy)</div>"
    }

    /// Mean and range over the seeds of one measure, epoch by epoch.
    private func plot(_ title: String, logarithmic: Bool, _ measure: (ContestRun.Epoch) -> Double) -> String {
        func place(_ value: Double) -> Double { logarithmic ? log10(max(value, 1e-6)) : value }
        let series = report.results.map { result in
            let runs = result.runs.filter { $0.accuracy != nil }.map { $0.curve.map { place(measure($0)) } }
            return (0..<(runs.map(\.count).min() ?? 0)).map { epoch in runs.map { $0[epoch] } }
        }
        let all = series.flatMap { $0 }.flatMap { $0 }
        guard let low = all.min(), let high = all.max() else { return "" }
        let range = (low: logarithmic ? low.rounded(.down) : 0, high: logarithmic ? high.rounded(.up) : 1)
        let epochs = Double(max(2, series.map(\.count).max() ?? 2) - 1)
        func point(_ epoch: Int, _ value: Double) -> String {
            let x = Self.left + Double(epoch) / epochs * Self.width
            let share = (value - range.low) / max(range.high - range.low, 1e-9)
            return "\(x.text(digits: 1)),\((Self.top + (1 - share) * Self.height).text(digits: 1))"
        }
        let drawn = zip(series, Self.colours).map { curve, colour -> String in
            let upper = curve.enumerated().map { point($0, $1.max() ?? 0) }
            let lower = curve.enumerated().map { point($0, $1.min() ?? 0) }.reversed()
            let mean = curve.enumerated().map { point($0, $1.reduce(0, +) / Double(max(1, $1.count))) }
            return """
                <polygon points="\((upper + lower).joined(separator: " "))" fill="\(colour)" opacity="0.18"/>
                <polyline points="\(mean.joined(separator: " "))" fill="none" stroke="\(colour)" stroke-width="2"/>
                """
        }
        let ticks = logarithmic ? Array(stride(from: range.low, through: range.high, by: 1)) : [0, 0.25, 0.5, 0.75, 1]
        let grid = ticks.map { tick in
            let label = logarithmic ? pow(10, tick).text(digits: max(0, Int(-tick))) : "\(Int(tick * 100)) %"
            let y = point(0, tick).split(separator: ",")[1]
            return """
                <path d="M\(Self.left) \(y)h\(Self.width)" stroke="var(--line)"/>
                <text x="\(Self.left - 6)" y="\(y)" dy="4" text-anchor="end">\(label)</text>
                """
        }
        return """
            <figure><svg viewBox="0 0 \(Self.left + Self.width + 8) \(Self.top + Self.height + 34)" width="500">
            \(grid.joined(separator: "\n"))
            \(drawn.joined(separator: "\n"))
            <text x="\(Self.left + Self.width / 2)" y="\(Self.top + Self.height + 26)" text-anchor="middle">epoch 1 to \(report.recipe.epochs)</text>
            </svg><figcaption>\(title) in training</figcaption></figure>
            """
    }

    // MARK: Drawings

    private var drawings: String {
        let drawing = SequenceDrawing()
        let field = report.figures[0].receptiveField ?? report.problem.steps
        return """
            <div class="pair">
            <figure>\(drawing.convolution)<figcaption>\(report.results[0].name.asMarkup): every step of a layer looks at a few \
            steps of the layer below, all steps at the same time. A filter of its last layer sees \
            \(min(field, report.problem.steps)) of \(report.problem.steps) steps.</figcaption></figure>
            <figure>\(drawing.recurrence)<figcaption>\(report.results[1].name.asMarkup): the state a of a step follows from the \
            input x of that step and the state before: folded on the left, unfolded over time on the right. The last state has seen \
            all \(report.problem.steps) steps, one after the other.</figcaption></figure>
            </div>
            """
    }
}
