import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// A learning curve as a table, as files of a run folder, as JSON and in words.
struct LearningCurveReport {
    private(set) var curve = LearningCurve()
    private let title: String
    /// The table, a CSV file.
    let tablePath: String
    /// The drawing, an SVG file.
    let diagramPath: String

    init(of folder: RunFolder, title: String) {
        self.title = title
        (tablePath, diagramPath) = ("\(folder.path)/learning_curve.csv", "\(folder.path)/learning_curve.svg")
    }

    /// Adds a point and replaces both files.
    ///
    /// - Throws: ``FoveaError`` when a file cannot be written.
    mutating func add(_ part: String, trainedOn count: Int, _ measured: ClassifiedExamples) throws {
        curve.add(part, trainedOn: count, measured)
        let rows = curve.points.map { point in
            let numbers = [point.accuracy, point.interval.lower, point.interval.upper].map {
                JSONValue.number($0).text()
            }
            return "\(point.part),\(point.trained),\(numbers.joined(separator: ",")),\(point.right),\(point.count)"
        }
        let table = ["part,images,accuracy,lower,upper,right,measured"] + rows
        try replaceFile(at: tablePath, with: Array(table.map { "\($0)\n" }.joined().utf8))
        try replaceFile(at: diagramPath, with: Array(LearningCurveDiagram(curve, title: title).svg.utf8))
    }

    var text: String {
        let table = textTable(
            header: ["trained on", "images", "accuracy", "95 % interval"],
            rows: curve.points.map { point in
                [
                    point.part, point.trained.grouped, point.accuracy.percent,
                    "\(point.interval.lower.percent) to \(point.interval.upper.percent)",
                ]
            }, rightAligned: [1, 2, 3])
        return "\(table)\n\n\(verdict)\n\nwritten: \(tablePath.onOneLine), \(diagramPath.onOneLine)"
    }

    /// What more images would probably bring, as far as the last step of the curve shows it.
    var verdict: String {
        guard let gain = curve.lastGain else { return "" }
        let points = (abs(gain.difference) * 100).text(digits: 2)
        let value = gain.test.pValue
        let chance = value < 0.0001 ? "p < 0.0001" : "p = \(value.text(digits: 4))"
        let span = "From \(gain.before.trained.grouped) to \(gain.after.trained.grouped) images the accuracy"
        if gain.difference == 0 {
            return "\(span) stays the same: that more images would help does not show."
        }
        let change = gain.difference > 0 ? "rises" : "falls"
        guard gain.isSignificant else {
            return
                "\(span) \(change) by \(points) points, which may be chance (\(chance)): that more images would help does "
                + "not show in \(gain.after.count.grouped) validation images."
        }
        guard gain.difference > 0 else {
            return "\(span) falls by \(points) points (\(chance)): more images of this kind would probably not help. "
                + "`fovea data inspect --labels` looks for wrong labels."
        }
        let bound = min(gain.perDoubling, 1 - gain.after.accuracy) * 100
        return "\(span) rises by \(points) points (\(chance)): more images would probably help, twice as many by up to "
            + "\(bound.text(digits: 1)) points if it goes on like that; gains mostly shrink."
    }

    /// A point as a line of `--json`.
    static func json(_ point: LearningCurve.Point) -> JSONValue {
        [
            "event": "learning_curve_point", "part": .string(point.part), "images": .integer(point.trained),
            "accuracy": .number(point.accuracy),
            "interval": [.number(point.interval.lower), .number(point.interval.upper)], "right": .integer(point.right),
            "measured": .integer(point.count),
        ]
    }

    var json: JSONValue {
        let gain = curve.lastGain
        return [
            "event": "learning_curve", "points": .array(curve.points.map(Self.json)), "verdict": .string(verdict),
            "gain_per_doubling": gain.map { .number($0.perDoubling) } ?? .null,
            "p_value": gain.map { .number($0.test.pValue) } ?? .null,
            "is_significant": gain.map { .boolean($0.isSignificant) } ?? .null,
            "path": .string(tablePath), "diagram": .string(diagramPath),
        ]
    }
}
