import FoveaGraph
import Foundation

/// The memory that the machine can still give. An allocation that fails later cannot be caught, so sizes are checked first.
enum AvailableMemory {
    /// The bytes that are free or can be freed; nil where the system does not say.
    static func byteCount() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        return byteCount(inMemoryInformation: text)
    }

    /// The line `MemAvailable:   23456 kB` of Linux's `/proc/meminfo`.
    static func byteCount(inMemoryInformation text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            guard let number = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
            return overflow ? nil : bytes
        }
        return nil
    }

    /// - Throws: ``FoveaError`` when the machine cannot give that much.
    static func require(_ byteCount: Int, for purpose: String) throws {
        guard let available = self.byteCount(), byteCount > available else { return }
        throw shortage(of: byteCount, for: purpose, available: available)
    }

    static func shortage(of byteCount: Int, for purpose: String, available: Int?) -> FoveaError {
        let rest = available.map { " and \($0) bytes are available" } ?? ""
        return FoveaError(
            .unavailable, "Not enough memory: \(purpose) takes \(byteCount) bytes\(rest).",
            remedy: "Use a smaller batch or smaller images, or a machine with more memory.")
    }
}
