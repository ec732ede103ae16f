import Synchronization

/// Values that live until the process ends: the system reclaims all of its memory at once, and faster than it could be
/// freed piece by piece.
enum ProcessLifetime {
    private static let kept = Mutex<[any Sendable]>([])

    /// Keeps a large value, and everything it owns, for a command that has no work left when it is no longer needed.
    static func keep(_ value: any Sendable) { kept.withLock { $0.append(value) } }
}
