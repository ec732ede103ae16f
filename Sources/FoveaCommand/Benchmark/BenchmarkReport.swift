import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// The results of a benchmark, as text and as JSON.
struct BenchmarkReport {
    let model: String
    let mode: Benchmark.Mode
    /// [batch, channels, height, width].
    let images: Shape
    let classes: Int
    let threads: Int
    let device: String
    let precision: ComputePrecision
    let compilation: Duration
    /// The time of each measured step.
    let steps: [Duration]
    /// Multiply-adds of the forward pass for one image.
    let multiplyAdds: Int
    /// In bytes; nil where the system does not report it.
    let peakMemory: Int?
    /// Growth of memory in bytes from the first measured step to the last; nil where the system does not report it.
    let memoryGrowth: Int?
    /// The time and implementation of each node, if requested.
    let explanation: Explanation?

    private var batchSize: Int { images[0] }
    private var median: Double { steps.quantile(0.5) }
    private var imagesPerSecond: Double { Double(batchSize) / median }
    private var peakMegabytes: Double? { peakMemory.map { Double($0) / 1e6 } }

    /// 2 operations for each multiply-add; the backward pass does twice the work of the forward pass.
    private var effectiveGigaflops: Double {
        let passes = mode == .train ? 3.0 : 1.0
        return 2 * Double(multiplyAdds) * passes * Double(batchSize) / median / 1e9
    }

    var json: JSONValue {
        var fields: [(String, JSONValue)] = [
            ("model", .string(model)), ("mode", .string(mode.rawValue)), ("batch_size", .integer(batchSize)),
            ("threads", .integer(threads)), ("device", .string(device)), ("precision", .string(precision.rawValue)),
            ("compile_ms", .number(compilation.milliseconds)), ("median_ms", .number(median * 1e3)),
            ("p10_ms", .number(steps.quantile(0.1) * 1e3)), ("p90_ms", .number(steps.quantile(0.9) * 1e3)),
            ("images_per_second", .number(imagesPerSecond)),
            ("peak_rss_mb", peakMegabytes.map(JSONValue.number) ?? .null),
            ("rss_growth_mb", memoryGrowth.map { .number(Double($0) / 1e6) } ?? .null),
            ("effective_gflops", .number(effectiveGigaflops)), ("steps", .integer(steps.count)),
            ("input", .array(images.dimensions.dropFirst().map(JSONValue.integer))), ("classes", .integer(classes)),
        ]
        if let explanation {
            fields.append(("program", .array(explanation.lines.map(\.json))))
            fields.append(("roofline_ms", explanation.leastSeconds.map { .number($0 * 1e3) } ?? .null))
            fields.append(("efficiency", explanation.efficiency.map(JSONValue.number) ?? .null))
            fields += explanation.ceilings?.fields ?? []
        }
        return JSONValue(fields: fields)
    }

    var text: String {
        let image = images.dimensions.dropFirst().map(String.init).joined(separator: "×")
        let figures = textTable(
            header: ["Model", model],
            rows: [
                ["mode", mode.rawValue],
                ["images", "\(batchSize.grouped) of \(image), \(classes.grouped) classes"],
                ["device", "\(device), \(threads.grouped) thread\(threads == 1 ? "" : "s"), \(precision.rawValue)"],
                ["compiled in", "\(compilation.milliseconds.significant) ms"],
                ["a step takes", "\((median * 1e3).significant) ms (median of \(steps.count.grouped))"],
                [
                    "from, to",
                    "\((steps.quantile(0.1) * 1e3).significant) ms, \((steps.quantile(0.9) * 1e3).significant) ms "
                        + "(10th and 90th percentile)",
                ],
                ["speed", "\(imagesPerSecond.significant) images per second"],
                ["work", "\(effectiveGigaflops.significant) GFLOP/s"],
                ["peak memory", peakMegabytes.map { "\($0.groupedWhole) MB" } ?? "unknown"],
                [
                    "memory grown",
                    memoryGrowth.map { "\((Double($0) / 1e3).groupedWhole) kB in \(steps.count.grouped) steps" }
                        ?? "unknown",
                ],
            ])
        return explanation.map { "\(figures)\n\n\($0.text)" } ?? figures
    }
}

extension Explanation.Line {
    fileprivate var json: JSONValue {
        [
            "path": .string(step.path), "operation": .string(step.operation), "device": .string(step.device),
            "implementation": .string(step.implementation), "ms": .number(seconds * 1e3),
            "multiply_adds": .integer(step.multiplyAdds), "bytes": .integer(step.byteCount),
            "roofline_ms": leastSeconds.map { .number($0 * 1e3) } ?? .null,
            "efficiency": efficiency.map(JSONValue.number) ?? .null,
        ]
    }
}

extension [Duration] {
    /// The time, in seconds, below which a fraction of these lies; interpolated between two of them.
    func quantile(_ fraction: Double) -> Double {
        let sorted = map(\.seconds).sorted()
        let position = fraction * Double(sorted.count - 1)
        let below = Int(position)
        let above = Swift.min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
    var milliseconds: Double { seconds * 1e3 }
}
