public import FoveaData

/// Receives each example that cannot be read, with the name of its source. Where it returns, the example is left out of its
/// batch; an error that it throws ends the work.
public typealias LeavingOut = @Sendable (_ example: Batch.Failure, _ source: String) throws -> Void

extension Batch {
    /// Whether examples are left in the batch, once those that cannot be read have been reported.
    func isFilled(leavingOut: LeavingOut?, of source: String) throws -> Bool {
        for failure in failures { try leavingOut?(failure, source) }
        return failures.isEmpty || !indices.isEmpty
    }
}
