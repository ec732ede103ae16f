import Synchronization

/// Values that live until the process ends: the system takes back all of its memory at once, and faster than it can be given
/// back piece by piece.
enum ProcessLifetime {
    private static let kept = Mutex<[any Sendable]>([])

    /// Keeps a large value, with all that belongs to it, for a command whose work is done when it is no longer needed.
    static func keep(_ value: any Sendable) { kept.withLock { $0.append(value) } }
}
