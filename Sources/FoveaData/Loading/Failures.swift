/// The treatment of examples that cannot be read or do not fit.
public enum Failures: Hashable, Sendable {
    /// The first is thrown instead of its batch.
    case thrown
    /// Their batch holds the others, and lists in ``Batch/failures`` the missing ones with reasons.
    case kept
}
