package import FoveaFoundation

extension AvailableMemory {
    /// Smaller sizes are not checked.
    private static let little = 1 << 20

    /// - Throws: ``FoveaError`` when the process cannot have that much.
    package static func require(_ byteCount: Int, for purpose: @autoclosure () -> String) throws {
        guard byteCount > little, let available = self.byteCount(), byteCount > available else { return }
        throw shortage(of: byteCount, for: purpose(), available: available)
    }

    package static func shortage(
        of byteCount: Int, for purpose: String, available: Int?,
        remedy: String = "Use a smaller batch or smaller images, or a machine with more memory."
    ) -> FoveaError {
        let rest = available.map { ", and \(byteCountText($0)) are available" } ?? ""
        return FoveaError(
            .unavailable, "Not enough memory: \(purpose) takes \(byteCountText(byteCount))\(rest).",
            remedy: remedy)
    }
}
