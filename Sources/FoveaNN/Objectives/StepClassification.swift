import FoveaFoundation
public import FoveaGraph

/// The objective of a network that gives each step a class: the mean cross-entropy over the valid steps of a batch, and the
/// fraction of them that are right.
///
/// Output: logits [N, classes, T]. Targets: class indices [N, T], int32, and `lengths` [N]; what lies beyond a length counts
/// nothing.
public struct StepClassification: Objective {
    /// The name of the logits among the network's outputs.
    public let output: String
    /// The name of the class indices in a batch.
    public let target: String

    public init(output: String = GraphName.logits, target: String = GraphName.targets) {
        (self.output, self.target) = (output, target)
    }

    public func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> {
        let logits = try outputs[output]
        guard logits.shape.rank == 2 else {
            throw FoveaError(
                .usage,
                "The network's output `\(output)` is \(logits.shape) for each example where [classes, steps] is expected.",
                remedy: "End it with a Dense layer over the steps of a sequence.")
        }
        return [target: TensorType([logits.shape[1]], .int32), GraphName.lengths: TensorType([], .int32)]
    }

    public func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
        let logits = try outputs[output]
        let (count, classes, steps) = (logits.shape[0], logits.shape[1], logits.shape[2])
        let rows = try Shape(validating: [count, steps]).elementCount
        let stepByStep = try Transposition(permutation: [0, 2, 1]).applied(to: logits)
        let losses = try SoftmaxCrossEntropy().applied(
            to: Reshape(to: [rows, classes]).applied(to: stepByStep),
            Reshape(to: [rows]).applied(to: targets[target]))
        let lengths = try targets[GraphName.lengths]
        let valid = try SequenceMask(fill: 0).applied(to: Reshape(to: [count, 1, steps]).applied(to: losses), lengths)
        let sum = try ReduceSum(axes: [0, 1, 2]).applied(to: valid)
        return Measures(
            loss: try sum / SequenceStepCount(steps: steps, dataType: logits.dataType).applied(to: lengths))
    }

    public var outputsForHost: [String] { [output] }

    public func hostMetrics(_ outputs: [String: Tensor], targets: [String: Tensor]) throws -> Named<Double> {
        guard let logits = outputs[output], let target = targets[target], let lengths = targets[GraphName.lengths],
            logits.shape.rank == 3
        else { return [:] }
        let (steps, expected) = (logits.shape[2], target.doubles)
        var (correct, all) = (0, 0)
        for (example, best) in logits.bestClasses(lengths: lengths.doubles.map { Int($0) }).enumerated() {
            correct += zip(best, expected[(example * steps)...]).count { Double($0) == $1 }
            all += best.count
        }
        return [Classification.accuracy: Double(correct) / Double(max(1, all))]
    }

    public func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit? {
        guard let target = targets[target], target.shape.rank == 2, let logits = try? outputs[output],
            let classes = logits.shape.dimensions.first
        else { return nil }
        let indices = target.doubles
        guard let place = indices.firstIndex(where: { !(0..<Double(classes)).contains($0) }) else { return nil }
        let steps = max(1, target.shape[1])
        return TargetMisfit(
            row: place / steps, subject: "The class \(Int(indices[place])) of step \(place % steps + 1)",
            predicate: "is none of the network's \(classes)", remedy: "Classes count from 0.")
    }
}
