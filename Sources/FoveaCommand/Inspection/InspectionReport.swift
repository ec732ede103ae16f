import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaRuntime

/// What a data set holds and what is wrong with it, as text and as JSON.
struct InspectionReport {
    private let inspection: DataInspection
    private let path: String
    /// The paths of the page and the contact sheet that were written.
    private let files: [String]
    private var survey: DataSurvey { inspection.survey }

    /// More rows do not fit a screen.
    private static let (maximumClasses, maximumExamples) = (30, 3)

    init(_ inspection: DataInspection, of path: String, files: [String]) {
        (self.inspection, self.path, self.files) = (inspection, path, files)
    }

    var json: JSONValue {
        var fields: [(String, JSONValue)] = [
            ("path", .string(path)), ("kind", .string(survey.kind)),
            ("classes", .array(survey.classNames.map(JSONValue.string))),
            ("count", .integer(survey.count)), ("readable", .integer(inspection.readable)),
            ("splits", JSONValue(fields: survey.parts.map { ($0.rawValue, .integer(count(of: $0))) })),
            (
                "per_class",
                .array(
                    survey.classNames.indices.map { label in
                        let counts = survey.parts.map { ($0.rawValue, JSONValue.integer(count(of: $0, label))) }
                        return JSONValue(fields: [("class", .string(survey.classNames[label]))] + counts)
                    })
            ),
        ]
        if let sizes = inspection.sizes {
            func size(_ size: (height: Int, width: Int)) -> JSONValue {
                ["height": .integer(size.height), "width": .integer(size.width)]
            }
            fields.append(
                (
                    "sizes",
                    [
                        "smallest": size(sizes.smallest), "median": size(sizes.median),
                        "largest": size(sizes.largest), "different": .integer(sizes.distinct),
                    ]
                ))
        }
        fields += [
            (
                "channels",
                .array(
                    inspection.channels.map { ["mean": .number($0.mean), "standard_deviation": .number($0.deviation)] })
            ),
            ("files", survey.census?.json ?? .null),
            ("problems", .array(inspection.problems.map(Self.json))),
            ("out", .array(files.map(JSONValue.string))),
        ]
        return JSONValue(fields: fields)
    }

    private static func json(_ problem: DataProblem) -> JSONValue {
        [
            "kind": .string(problem.kind.rawValue), "message": .string(problem.message),
            "files": .array(problem.files.map(JSONValue.string)),
            "severity": .string(problem.isNote ? "note" : "error"),
        ]
    }

    var text: String {
        let written = files.map { "written: \($0.onOneLine)" }.joined(separator: "\n")
        return ([summary, classes, figures] + problems + [written]).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// `photos: 3 classes, 120 pictures`, and the files that were found.
    private var summary: String {
        let counts = "\(survey.classNames.count.grouped) classes, \(survey.count.grouped) pictures"
        let files = survey.census.map { "\n\($0.text)" } ?? ""
        return "\(survey.name.onOneLine): \(counts)\(files)"
    }

    private var classes: String {
        let shown = survey.classNames.indices.prefix(Self.maximumClasses)
        var rows = shown.map { label in
            [survey.classNames[label]] + survey.parts.map { count(of: $0, label).grouped }
        }
        let rest = survey.classNames.count - shown.count
        if rest > 0 { rows.append(["(\(rest.grouped) more)"] + survey.parts.map { _ in "" }) }
        if survey.parts.count > 1 || rest > 0 || shown.count > 1 {
            rows.append(["all"] + survey.parts.map { count(of: $0).grouped })
        }
        return textTable(
            header: ["Class"] + survey.parts.map(\.rawValue), rows: rows,
            rightAligned: Set(survey.parts.indices.map { $0 + 1 }))
    }

    private var figures: String {
        var lines: [String] = []
        if let sizes = inspection.sizes {
            func text(_ size: (height: Int, width: Int)) -> String { "\(size.width)×\(size.height)" }
            lines.append(
                sizes.distinct == 1
                    ? "sizes     all \(text(sizes.median)) (width × height)"
                    : "sizes     \(text(sizes.smallest)) to \(text(sizes.largest)), median \(text(sizes.median)) "
                        + "(width × height), \(sizes.distinct.grouped) different")
        }
        let names = inspection.channels.count == 3 ? ["red", "green", "blue"] : ["luminance"]
        let channels = zip(names, inspection.channels).map { name, channel in
            "\(name) \(channel.mean.text(digits: 3)) ± \(channel.deviation.text(digits: 3))"
        }
        if !channels.isEmpty { lines.append("channels  \(channels.joined(separator: ", ")) (black 0, white 1)") }
        return lines.joined(separator: "\n")
    }

    private var problems: [String] {
        guard !inspection.problems.isEmpty else { return ["No problems were found."] }
        return DataProblem.Kind.allCases.compactMap { kind in
            let found = inspection.problems.filter { $0.kind == kind }
            guard !found.isEmpty else { return nil }
            var lines = [heading(kind, found)]
            for problem in found.prefix(Self.maximumExamples) { lines += example(problem) }
            let rest = found.count - Self.maximumExamples
            if rest > 0 { lines.append("  … and \(rest.grouped) more") }
            if !kind.advice.isEmpty { lines.append("  → \(kind.advice)") }
            return lines.joined(separator: "\n")
        }
    }

    private func heading(_ kind: DataProblem.Kind, _ found: [DataProblem]) -> String {
        let isNote = found.allSatisfy(\.isNote)
        let count = found.count > 1 ? " (\(found.count.grouped))" : ""
        return "\(isNote ? "note: " : "")\(kind.title)\(count) [\(kind.rawValue)]"
    }

    private func example(_ problem: DataProblem) -> [String] {
        let files = problem.unnamedFiles
        let shown = files.prefix(Self.maximumExamples).map { "      \($0.onOneLine)" }
        let rest = files.count - shown.count
        return ["  \(problem.message.onOneLine)"] + shown + (rest > 0 ? ["      … and \(rest.grouped) more"] : [])
    }

    private func count(of part: DataPart, _ label: Int) -> Int { inspection.counts[part]?[label] ?? 0 }
    private func count(of part: DataPart) -> Int { inspection.counts[part]?.reduce(0, +) ?? 0 }
}
