import FoveaFoundation
public import FoveaGraph

/// The objective of a regression: the mean of the squared errors, 1/(N·K) Σ (ŷ − y)².
///
/// Output: predictions [N, K]. Target: [N, K], float32. Same numbers as `torch.nn.MSELoss`.
public struct Regression: Objective {
    /// The name of the predictions among the network's outputs.
    public let output: String
    /// The name of the numbers to predict in a batch.
    public let target: String

    /// The metric: the mean of the absolute errors.
    public static let absoluteError = "mean_absolute_error"

    public init(output: String = GraphName.predictions, target: String = GraphName.targets) {
        (self.output, self.target) = (output, target)
    }

    public func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> {
        let predictions = try outputs[output]
        guard predictions.shape.rank == 1 else {
            throw FoveaError(
                .usage,
                "The network's output `\(output)` is \(predictions.shape) for each example where a list of numbers is expected.",
                remedy: "End it with a Dense layer.")
        }
        return [target: .float32(predictions.shape)]
    }

    public func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
        let error = try outputs[output] - targets[target].cast(to: outputs[output].dataType)
        return Measures(
            loss: try ReduceMean(axes: [0, 1]).applied(to: error * error),
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
