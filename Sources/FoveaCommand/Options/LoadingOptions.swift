import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// How examples are read while the network computes.
struct LoadingOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of threads that read and prepare examples. (default: one for each core, up to 8)",
            valueName: "count"))
    var workers: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Memory for decoded images, such as 500MB or 4GB, or 0 for none; files are decoded once as far as they fit. \
            (default: a quarter of what is free)
            """, valueName: "size"))
    var cacheMemory: MemorySize?

    /// Throws ``FoveaError`` for numbers that are invalid whatever the data.
    func check() throws {
        if let workers, !(1...1024).contains(workers) {
            throw FoveaError(.usage, "--workers is \(workers).", remedy: "Use 1 to 1,024.")
        }
    }

    /// An empty cache.
    func makeCache() -> ImageCache {
        ImageCache(capacity: cacheMemory?.byteCount ?? (AvailableMemory.byteCount() ?? 0) / 4)
    }
}

/// A number of bytes as the command line gives it: `500MB`, `4GB`, or `0`.
struct MemorySize: ExpressibleByArgument {
    let byteCount: Int

    private static let units = [("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("", 1)]

    /// Nil unless the text is a whole number and a unit.
    init?(argument: String) {
        for (unit, size) in Self.units where argument.lowercased().hasSuffix(unit.lowercased()) {
            let digits = argument.dropLast(unit.count)
            guard digits.allSatisfy(\.isASCII), let number = Int(digits), number >= 0 else { return nil }
            let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: size)
            guard !isTooLarge else { return nil }
            byteCount = bytes
            return
        }
        return nil
    }
}
