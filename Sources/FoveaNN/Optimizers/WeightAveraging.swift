import FoveaGraph

/// An exponential moving average of a network's weights, kept beside them: a ← d·a + (1 − d)·w after each update.
///
/// The first update copies the weights. With warm-up the decay of update t is min(d, (1 + t)/(10 + t)), so that the
/// average of a short training is not held back by its start; without, same numbers as
/// `torch.optim.swa_utils.AveragedModel(multi_avg_fn: get_ema_multi_avg_fn(d))`. Statistics are not averaged: the
/// average goes with those of the network.
///
/// Source: Tan and Le, "EfficientNet", 2019; the warm-up is TensorFlow's `ExponentialMovingAverage(num_updates:)`.
public struct WeightAveraging: Hashable, Sendable {
    /// The fraction of the average that stays at each update, from 0 to below 1.
    public let decay: Double
    public let warmsUp: Bool

    public init(decay: Double = 0.999, warmsUp: Bool = false) {
        self.decay = decay
        self.warmsUp = warmsUp
    }

    func validate() throws {
        try expect(decay, in: 0..<1, "decay of the averaged weights", "a number from 0 to below 1")
    }

    /// The fraction of the way that the average moves towards the weights.
    ///
    /// - Parameter update: the number of the update from 1.
    public func rate(ofUpdate update: Int) -> Double {
        guard update > 1 else { return 1 }
        let earlier = Double(update - 1)
        return 1 - (warmsUp ? min(decay, (1 + earlier) / (10 + earlier)) : decay)
    }

    /// The name of the state that holds a parameter's average.
    public static func stateName(of path: String) -> String { "average/\(path)" }
}
