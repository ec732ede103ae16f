import FoveaFoundation

/// How one long series is cut into windows.
public struct SlidingWindow: Hashable, Sendable {
    /// The number of steps of a window.
    public let length: Int
    /// The number of steps from the beginning of a window to that of the next.
    public let stride: Int

    /// - Parameter stride: by default half a window.
    /// - Throws: ``FoveaError`` when a number is less than 1.
    public init(length: Int, stride: Int? = nil) throws {
        (self.length, self.stride) = (length, stride ?? max(1, length / 2))
        guard length >= 1, length <= 1 << 24, self.stride >= 1, self.stride <= 1 << 24 else {
            throw FoveaError(
                .usage, "Windows cannot have \(length) steps and a stride of \(self.stride).",
                remedy: "Use at least 1 step for both, and at most \(1 << 24).")
        }
    }
}
