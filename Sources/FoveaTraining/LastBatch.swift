import FoveaData
import FoveaGraph
import FoveaNN

/// An epoch's treatment of the examples that do not fill a batch.
public enum LastBatch: Hashable, Sendable {
    /// All batches are full.
    case full
    /// The rest forms a smaller batch.
    case smaller(count: Int)
    /// Each epoch leaves some out, different ones in each when it is shuffled: because the plan says so, or because the
    /// network cannot be trained on so few, for the reason given.
    case leftOut(count: Int, reason: String?)

    /// Number of examples that an epoch leaves out.
    public var leftOutCount: Int {
        if case .leftOut(let count, _) = self { count } else { 0 }
    }
}

extension Trainer {
    /// Treatment of the examples that do not fill a batch.
    nonisolated func lastBatch(
        of training: any ExampleSource, _ plan: TrainingPlan, _ objective: any Objective
    ) throws -> LastBatch {
        let count = training.count % plan.batchSize
        if count == 0 { return .full }
        if plan.dropLast { return .leftOut(count: count, reason: nil) }
        do {
            _ = try trainingGraph(forExamples: count, objective)
            return .smaller(count: count)
        } catch let error as FoveaError {
            return .leftOut(count: count, reason: error.problem)
        }
    }
}
