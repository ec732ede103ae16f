import FoveaFoundation
public import FoveaGraph

/// The objective of a regression: the mean of the squared errors, 1/(N·K) Σ (ŷ − y)², or with a scale 1/(N·K) Σ ((ŷ − y)/σ)².
///
/// Output: predictions [N, K]. Target: [N, K], float32. Same numbers as `torch.nn.MSELoss`.
public struct Regression: Objective {
    /// The name of the predictions among the network's outputs.
    public let output: String
    /// The name of the numbers to predict in a batch.
    public let target: String
    /// By what the errors are divided before they are squared; nil for 1.
    public let scale: NumberScale?

    /// The metric: the mean of the absolute errors.
    public static let absoluteError = "mean_absolute_error"

    public init(
        output: String = GraphName.predictions, target: String = GraphName.targets, scale: NumberScale? = nil
    ) {
        (self.output, self.target, self.scale) = (output, target, scale)
    }

    public func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> {
        let predictions = try outputs[output]
        guard predictions.shape.rank == 1 else {
            throw FoveaError(
                .usage,
                "The network's output `\(output)` is \(predictions.shape) for each example where a list of numbers is expected.",
                remedy: "End it with a Dense layer.")
        }
        if let scale, scale.mean.count != predictions.shape[0] {
            throw FoveaError(
                .usage, "The network predicts \(predictions.shape[0]) numbers, the scale has \(scale.mean.count).",
                remedy: "Give one mean and deviation for each number.")
        }
        return [target: .float32(predictions.shape)]
    }

    public func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
        let error = try outputs[output] - targets[target].cast(to: outputs[output].dataType)
        let scaled = try scale?.relative(error) ?? error
        return Measures(
            loss: try ReduceMean(axes: [0, 1]).applied(to: scaled * scaled),
            metrics: [Self.absoluteError: try ReduceMean(axes: [0, 1]).applied(to: Absolute().applied(to: error))])
    }

    public func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit? {
        guard let numbers = targets[target], numbers.shape.rank == 2,
            let index = numbers.floats.firstIndex(where: { !$0.isFinite })
        else { return nil }
        return TargetMisfit(
            row: index / max(1, numbers.shape[1]), subject: "The target \(index % max(1, numbers.shape[1]) + 1)",
            predicate: "is \(numbers.floats[index])", remedy: "Give numbers, or leave the example out.")
    }
}
