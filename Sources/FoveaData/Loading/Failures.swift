/// The treatment of examples that cannot be read or do not fit.
public enum Failures: Hashable, Sendable {
    /// The first is thrown in place of its batch.
    case thrown
    /// Their batch holds the others, and says in ``Batch/failures`` which are not there and why.
    case kept
}
