public import FoveaGraph

/// The objective of a classifier: a loss over logits and labels, and the accuracy.
///
/// Output: logits [N, classes]. Target: class indices [N], int32.
public struct Classification: Objective {
    public let loss: any Loss
    /// The name of the logits among the network's outputs.
    public let output: String
    /// The name of the class indices in a batch.
    public let target: String

    /// The host metric: the fraction of examples whose largest logit is that of their class.
    public static let accuracy = "accuracy"

    public init(
        _ loss: any Loss = CrossEntropyLoss(), output: String = GraphName.logits, target: String = GraphName.labels
    ) {
        (self.loss, self.output, self.target) = (loss, output, target)
    }

    public func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> {
        let logits = try outputs[output]
        guard logits.shape.rank == 1 else {
            throw FoveaError(
                .usage,
                "The network's output `\(output)` is \(logits.shape) for each example where one number per class is expected.",
                remedy: "End it with a Dense layer that has one output per class.")
        }
        return [target: TensorType([], .int32)]
    }

    public func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
        Measures(loss: try loss(outputs[output], targets[target]))
    }

    public var outputsForHost: [String] { [output] }

    public func hostMetrics(_ outputs: [String: Tensor], targets: [String: Tensor]) throws -> Named<Double> {
        guard let logits = outputs[output], let labels = targets[target]?.doubles else { return [:] }
        let correct = zip(logits.rankings(limit: 1), labels).count { $0[0] == Int($1) }
        return [Self.accuracy: Double(correct) / Double(max(1, labels.count))]
    }

    public func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit? {
        guard let labels = targets[target], labels.dataType == .int32, let logits = try? outputs[output] else {
            return nil
        }
        let classes = logits.shape.elementCount
        let classIndices = labels.doubles
        guard let row = classIndices.firstIndex(where: { !(0..<Double(classes)).contains($0) }) else { return nil }
        return TargetMisfit(
            row: row, subject: "The label \(Int(classIndices[row]))",
            predicate: "is none of the network's \(classes) outputs",
            remedy:
                "Labels count the classes from 0: use 0 to \(classes - 1), or give the network an output for each class."
        )
    }
}
