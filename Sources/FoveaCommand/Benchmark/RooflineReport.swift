import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// How near to the machine's ceilings networks run, as text and as JSON.
struct RooflineReport {
    let mode: Benchmark.Mode
    let batchSize: Int
    let rounds: Int
    let device: String
    let precision: ComputePrecision
    let threads: Int
    /// Nil where the device cannot measure them.
    let ceilings: Ceilings?
    let networks: [(name: String, explanation: Explanation)]

    /// An operation of a network.
    private struct Row {
        let network: String
        let total: Explanation.Total
        /// Of the network's time.
        let share: Double
        let lostShare: Double
    }

    /// Below this part of its network's time, what an operation loses is left out of the text.
    private static let leastLostShare = 0.01

    /// All operations of all networks, those with the most lost time first.
    private var rows: [Row] {
        networks.flatMap { name, explanation in
            explanation.totals.map { total in
                Row(
                    network: name, total: total, share: total.seconds / max(explanation.seconds, 1e-12),
                    lostShare: total.lostSeconds / max(explanation.seconds, 1e-12))
            }
        }.sorted { $0.total.lostSeconds > $1.total.lostSeconds }
    }

    private var meanEfficiency: Double? {
        let known = networks.compactMap(\.explanation.efficiency)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    var json: JSONValue {
        let measured = networks.map { name, explanation -> JSONValue in
            let operations = explanation.totals.map { total -> JSONValue in
                [
                    "operation": .string(total.operation), "steps": .integer(total.steps),
                    "ms": .number(total.seconds * 1e3), "roofline_ms": .milliseconds(total.leastSeconds),
                    "efficiency": total.efficiency.map(JSONValue.number) ?? .null,
                    "lost_ms": .number(total.lostSeconds * 1e3),
                ]
            }
            return [
                "model": .string(name), "ms": .number(explanation.seconds * 1e3),
                "roofline_ms": .milliseconds(explanation.leastSeconds),
                "efficiency": explanation.efficiency.map(JSONValue.number) ?? .null,
                "operations": .array(operations),
            ]
        }
        return JSONValue(
            fields: [
                ("mode", .string(mode.rawValue)), ("batch_size", .integer(batchSize)), ("rounds", .integer(rounds)),
                ("threads", .integer(threads)), ("device", .string(device)), ("precision", .string(precision.rawValue)),
                ("mean_efficiency", meanEfficiency.map(JSONValue.number) ?? .null), ("networks", .array(measured)),
            ] + (ceilings?.fields ?? []))
    }

    var text: String {
        func milliseconds(_ seconds: Double?) -> String { seconds.map { ($0 * 1e3).significant } ?? "–" }
        func ratio(_ efficiency: Double?) -> String { efficiency?.text(digits: 2) ?? "–" }
        let figures = textTable(
            header: ["Network", "ms", "roofline ms", "efficiency"],
            rows: networks.map { name, explanation in
                [
                    name, milliseconds(explanation.seconds), milliseconds(explanation.leastSeconds),
                    ratio(explanation.efficiency),
                ]
            } + [["mean", "", "", ratio(meanEfficiency)]], rightAligned: [1, 2, 3])
        let losing = rows.filter { $0.lostShare >= Self.leastLostShare }
        let operations = textTable(
            header: ["Network", "operation", "steps", "ms", "share", "roofline ms", "efficiency", "lost ms"],
            rows: losing.map { row in
                [
                    row.network, row.total.operation, "\(row.total.steps)", milliseconds(row.total.seconds),
                    (100 * row.share).text(digits: 1) + " %", milliseconds(row.total.leastSeconds),
                    ratio(row.total.efficiency), milliseconds(row.total.lostSeconds),
                ]
            }, rightAligned: [2, 3, 4, 5, 6, 7])
        let work = mode == .train ? "Training steps" : "Inference"
        let introduction = """
            \(work) with \(batchSize.grouped) example\(batchSize == 1 ? "" : "s") each, on \(device), \(threads.grouped) \
            thread\(threads == 1 ? "" : "s"), f32: medians of \(rounds) rounds, in turn. Efficiency is the time at the \
            roofline ÷ the real one.
            """
        return [introduction, figures, ceilings == nil ? nil : operations, ceilings?.text].compactMap(\.self)
            .joined(separator: "\n\n")
    }
}

extension JSONValue {
    fileprivate static func milliseconds(_ seconds: Double?) -> JSONValue {
        seconds.map { .number($0 * 1e3) } ?? .null
    }
}

extension Ceilings {
    /// The ceilings in a benchmark's JSON.
    var fields: [(String, JSONValue)] {
        [
            ("machine_gflops", .number(operationsPerSecond / 1e9)),
            ("machine_gb_per_second", .number(bytesPerSecond / 1e9)),
            (
                "machine_bandwidths",
                .array(
                    bandwidths.map {
                        ["bytes": .integer($0.byteCount), "gb_per_second": .number($0.bytesPerSecond / 1e9)]
                    })
            ),
            ("synchronization_us", .number(synchronization * 1e6)),
        ]
    }
}
