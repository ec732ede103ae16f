public import FoveaGraph

/// The objective of a classifier: a loss over logits and labels, and the accuracy.
///
/// Output: logits [N, classes]. Target: class indices [N], int32, or soft targets, a probability for each class
/// [N, classes], float32, such as mixed examples have. A batch may hold either.
public struct Classification: Objective {
    public let loss: any Loss
    /// The name of the logits among the network's outputs.
    public let output: String
    /// The name of the class indices or soft targets in a batch.
    public let target: String
    /// Whether the target is a probability for each class instead of a class index.
    public private(set) var hasSoftTargets = false

    /// The host metric: the fraction of examples whose largest logit is that of their class; with soft targets, of the
    /// most probable one, the first among equals.
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
        return [target: hasSoftTargets ? .float32(logits.shape) : TensorType([], .int32)]
    }

    public func adapted(to types: [String: TensorType]) -> any Objective {
        guard let type = types[target] else { return self }
        var adapted = self
        adapted.hasSoftTargets = type.dataType.isFloatingPoint && type.shape.rank == 2
        return adapted
    }

    public func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
        let logits = try outputs[output]
        let target = try targets[target]
        return Measures(loss: try loss(logits, hasSoftTargets ? target.cast(to: logits.dataType) : target))
    }

    public var outputsForHost: [String] { [output] }

    public func hostMetrics(_ outputs: [String: Tensor], targets: [String: Tensor]) throws -> Named<Double> {
        guard let logits = outputs[output], let target = targets[target] else { return [:] }
        let labels = hasSoftTargets ? target.rankings(limit: 1).map { $0[0] } : target.doubles.map { Int($0) }
        let correct = zip(logits.rankings(limit: 1), labels).count { $0[0] == $1 }
        return [Self.accuracy: Double(correct) / Double(max(1, labels.count))]
    }

    public func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit? {
        guard let labels = targets[target], let logits = try? outputs[output] else { return nil }
        if hasSoftTargets, labels.shape.rank == 2 { return misfit(inProbabilities: labels) }
        guard labels.dataType == .int32 else { return nil }
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

    private func misfit(inProbabilities targets: Tensor) -> TargetMisfit? {
        let classes = targets.shape[1]
        let probabilities = targets.floats
        guard let index = probabilities.firstIndex(where: { !(0...1).contains($0) }) else { return nil }
        return TargetMisfit(
            row: index / classes, subject: "The soft target of class \(index % classes)",
            predicate: "is \(probabilities[index])", remedy: "Give each class a probability from 0 to 1.")
    }
}
