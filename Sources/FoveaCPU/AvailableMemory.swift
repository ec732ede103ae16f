import FoveaGraph
import FoveaFoundation

/// The memory that the machine can still give. An allocation that fails later cannot be caught, so sizes are checked first.
enum AvailableMemory {
    /// The bytes that are free or can be freed, on the machine and within the limits of the process's control groups;
    /// nil where the system does not say.
    static func byteCount() -> Int? {
        let machine = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))
            .flatMap(byteCount(inMemoryInformation:))
        return [machine, ControlGroups.byteCount()].compactMap(\.self).min()
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

    /// So little is not worth a look.
    private static let little = 1 << 20

    /// - Throws: ``FoveaError`` when the machine cannot give that much.
    static func require(_ byteCount: Int, for purpose: String) throws {
        guard byteCount > little, let available = self.byteCount(), byteCount > available else { return }
        throw shortage(of: byteCount, for: purpose, available: available)
    }

    static func shortage(of byteCount: Int, for purpose: String, available: Int?) -> FoveaError {
        let rest = available.map { ", and \(byteCountText($0)) are available" } ?? ""
        return FoveaError(
            .unavailable, "Not enough memory: \(purpose) takes \(byteCountText(byteCount))\(rest).",
            remedy: "Use a smaller batch or smaller images, or a machine with more memory.")
    }
}
