import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaRuntime

/// What a set of sequences holds and what is wrong with it, as text and as JSON.
struct SequenceInspectionReport {
    private let inspection: SequenceInspection
    private let path: String

    /// More rows do not fit a screen.
    private static let (maximumClasses, maximumChannels, maximumExamples) = (30, 20, 3)

    init(_ inspection: SequenceInspection, of path: String) { (self.inspection, self.path) = (inspection, path) }

    private var count: Int { inspection.parts.reduce(0) { $0 + $1.count } }

    // MARK: JSON

    var json: JSONValue {
        let parts = inspection.parts
        let fields: [(String, JSONValue)] = [
            ("path", .string(path)), ("kind", .string(inspection.tokens == nil ? "series" : "texts")),
            ("classes", .array(inspection.classNames.map(JSONValue.string))), ("count", .integer(count)),
            ("splits", JSONValue(fields: parts.map { ($0.part.rawValue, .integer($0.count)) })),
            (
                "per_class",
                .array(
                    inspection.classNames.indices.map { label in
                        let counts = parts.map { ($0.part.rawValue, JSONValue.integer($0.classCounts[label])) }
                        return JSONValue(fields: [("class", .string(inspection.classNames[label]))] + counts)
                    })
            ),
            ("lengths", JSONValue(fields: parts.map { ($0.part.rawValue, Self.json($0.lengths)) })),
            (
                "missing",
                JSONValue(
                    fields: parts.map {
                        ($0.part.rawValue, ["values": .integer($0.missingValues), "series": .integer($0.incomplete)])
                    })
            ),
            ("channels", .array(inspection.channels.map(Self.json))),
            ("tokens", inspection.tokens.map(Self.json) ?? .null),
            ("problems", .array(inspection.problems.map(Self.json))),
        ]
        return JSONValue(fields: fields)
    }

    private static func json(_ lengths: SequenceInspection.Lengths) -> JSONValue {
        [
            "shortest": .integer(lengths.shortest), "median": .integer(lengths.median),
            "longest": .integer(lengths.longest),
        ]
    }

    private static func json(_ channel: SequenceInspection.Channel) -> JSONValue {
        [
            "mean": .number(Double(channel.mean)), "standard_deviation": .number(Double(channel.deviation)),
            "smallest": .number(Double(channel.smallest)), "largest": .number(Double(channel.largest)),
            "missing": .integer(channel.missing), "constant": .boolean(channel.isConstant),
        ]
    }

    private static func json(_ tokens: SequenceInspection.Tokens) -> JSONValue {
        let unknown = DataPart.allCases.compactMap { part in
            tokens.unknown[part].map { (part.rawValue, JSONValue.number($0)) }
        }
        return [
            "kind": .string(tokens.kind.rawValue), "different": .integer(tokens.distinct),
            "count": .integer(tokens.total),
            "most_frequent": .array(
                tokens.mostFrequent.map { ["token": .string($0.token), "count": .integer($0.count)] }),
            "unknown": JSONValue(fields: unknown),
        ]
    }

    private static func json(_ problem: DataProblem) -> JSONValue {
        [
            "kind": .string(problem.kind.rawValue), "message": .string(problem.message),
            "files": .array(problem.files.map(JSONValue.string)),
            "severity": .string(problem.isNote ? "note" : "error"),
        ]
    }

    // MARK: Text

    var text: String {
        ([summary, classes, lengths, channels, tokens] + problems).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var summary: String {
        let noun = inspection.tokens == nil ? "series" : "texts"
        let channels = inspection.channels.count
        return "\(inspection.name.onOneLine): \(inspection.classNames.count.grouped) classes, \(count.grouped) \(noun)"
            + (channels > 0 ? " of \(channels.grouped) channel\(channels == 1 ? "" : "s")" : "")
    }

    private var classes: String {
        let parts = inspection.parts
        let shown = inspection.classNames.indices.prefix(Self.maximumClasses)
        var rows = shown.map { label in
            [inspection.classNames[label]] + parts.map { $0.classCounts[label].grouped }
        }
        let rest = inspection.classNames.count - shown.count
        if rest > 0 { rows.append(["(\(rest.grouped) more)"] + parts.map { _ in "" }) }
        rows.append(["all"] + parts.map(\.count.grouped))
        return textTable(
            header: ["Class"] + parts.map(\.part.rawValue), rows: rows, rightAligned: Set(1...parts.count))
    }

    private var lengths: String {
        let noun = inspection.tokens?.kind.rawValue ?? "steps"
        return textTable(
            header: ["Part", "shortest", "median", "longest", "missing values"],
            rows: inspection.parts.map { part in
                let missing =
                    part.missingValues == 0
                    ? "–" : "\(part.missingValues.grouped) in \(part.incomplete.grouped) series"
                return [
                    part.part.rawValue, part.lengths.shortest.grouped, part.lengths.median.grouped,
                    "\(part.lengths.longest.grouped) \(noun)", inspection.tokens == nil ? missing : "",
                ]
            }, rightAligned: [1, 2, 3, 4])
    }

    private var channels: String {
        guard !inspection.channels.isEmpty else { return "" }
        let shown = inspection.channels.prefix(Self.maximumChannels)
        let table = textTable(
            header: ["Channel", "mean", "deviation", "smallest", "largest", "missing"],
            rows: shown.enumerated().map { index, channel in
                ["\(index + 1)"]
                    + [channel.mean, channel.deviation, channel.smallest, channel.largest].map {
                        Double($0).text(digits: 4)
                    } + [channel.missing.grouped]
            }, rightAligned: [0, 1, 2, 3, 4, 5])
        let rest = inspection.channels.count - shown.count
        return rest > 0 ? "\(table)\n(\(rest.grouped) more)" : table
    }

    private var tokens: String {
        guard let tokens = inspection.tokens else { return "" }
        let frequent = tokens.mostFrequent.map { "\($0.token.onOneLine) \($0.count.grouped)" }.joined(separator: ", ")
        let unknown = DataPart.allCases.compactMap { part in
            tokens.unknown[part].map { "\($0.percent) of those of `\(part.rawValue)`" }
        }
        return "tokens    \(tokens.distinct.grouped) different \(tokens.kind.rawValue) among \(tokens.total.grouped)"
            + (unknown.isEmpty ? "" : "; unknown: \(unknown.joined(separator: ", "))")
            + (frequent.isEmpty ? "" : "\nfrequent  \(frequent)")
    }

    private var problems: [String] {
        guard !inspection.problems.isEmpty else { return ["No problems were found."] }
        return inspection.problems.map { problem in
            let shown = problem.files.prefix(Self.maximumExamples).map { "  \($0.onOneLine)" }
            let rest = problem.files.count - shown.count
            let lines =
                ["\(problem.isNote ? "note: " : "")\(problem.message.onOneLine) [\(problem.kind.rawValue)]"] + shown
                + (rest > 0 ? ["  … and \(rest.grouped) more"] : [])
            return lines.joined(separator: "\n")
        }
    }
}
