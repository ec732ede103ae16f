import FoveaFoundation
import FoveaGraph

/// The course of the learning rate over a run: a factor on the optimizer's rate for each step.
public struct LearningRateSchedule: Hashable, Sendable {
    /// The shape of the curve.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The same rate throughout.
        case constant
        /// A tenth of the rate after each third of the run.
        case step
        /// Half a cosine from the full rate to 0 (Loshchilov and Hutter, "SGDR", 2017).
        case cosine
        /// Up from 1/25 to the full rate in the first 30 %, then down to 1/250,000 of it, along cosines (Smith and Topin,
        /// "Super-Convergence", 2018). As `torch.optim.lr_scheduler.OneCycleLR`, without its momentum cycle.
        case oneCycle = "one-cycle"
    }

    public let kind: Kind
    /// The number of steps of the whole run.
    public let totalSteps: Int
    /// The number of steps over which the rate rises linearly from near 0 before the curve starts.
    public let warmupSteps: Int

    public init(_ kind: Kind = .constant, totalSteps: Int, warmupSteps: Int = 0) {
        self.kind = kind
        self.totalSteps = max(1, totalSteps)
        self.warmupSteps = max(0, warmupSteps)
    }

    /// The factor for a step, counted from 0.
    public func factor(at step: Int) -> Double {
        if step < warmupSteps { return Double(step + 1) / Double(warmupSteps + 1) }
        let remaining = max(1, totalSteps - warmupSteps)
        let progress = min(1, Double(step - warmupSteps) / Double(remaining))
        switch kind {
        case .constant: return 1
        case .step: return pow(0.1, min(2, (3 * progress).rounded(.down)))
        case .cosine: return (1 + cos(.pi * progress)) / 2
        case .oneCycle:
            // The rate is full at the last step of the first 30 %, and lowest at the last of all.
            let (step, peak, end) = (Double(step - warmupSteps), 0.3 * Double(remaining) - 1, Double(remaining - 1))
            return step <= peak
                ? Self.cosine(from: 1.0 / 25, to: 1, step / peak)
                : Self.cosine(from: 1, to: 1.0 / 25 / 1e4, min(1, (step - peak) / (end - peak)))
        }
    }

    private static func cosine(from start: Double, to end: Double, _ position: Double) -> Double {
        end + (start - end) / 2 * (1 + cos(.pi * position))
    }
}
