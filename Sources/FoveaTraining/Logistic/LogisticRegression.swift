import FoveaFoundation
public import FoveaGraph
public import FoveaRuntime

/// A linear classifier of features whose weights minimize the mean cross entropy and a penalty:
///
/// (1/N) Σₙ −ln softmax(W·xₙ + b)[labelₙ] + penalty / 2 · ‖W‖².
///
/// The features are standardized for that (mean 0, deviation 1), and what is returned is for the features as they are; biases
/// are not penalized. The minimum is found by L-BFGS, and is the only one. Same numbers as scikit-learn's
/// `LogisticRegression(C=1 / (N · penalty))` behind its `StandardScaler`, for three classes or more.
public struct LogisticRegression: Hashable, Sendable {
    /// [classes, features]
    public let weights: Tensor
    /// [classes]
    public let bias: Tensor
    public let penalty: Double
    /// The mean cross entropy of the examples, without the penalty.
    public let loss: Double
    /// The part of the examples whose label has the largest logit.
    public let accuracy: Double
    /// Number of steps that it took.
    public let iterations: Int
    /// Whether no component of the gradient exceeds the tolerance: otherwise there were too many steps, or the features are
    /// too alike for single precision.
    public let hasConverged: Bool

    /// Fits weights with a given penalty.
    ///
    /// - Parameters:
    ///   - features: [N, features], f32.
    ///   - labels: the class of each row.
    ///   - penalty: strength of the penalty on the weights of standardized features, not negative.
    ///   - tolerance: the largest component that the gradient may have in the end.
    /// - Throws: ``FoveaError`` when the features are not finite or no matrix, when a label is no class or a class has no
    ///   example, when there is a single class, or when there is too little memory.
    public static func fit(
        _ features: Tensor, labels: [Int32], classNames: [String], penalty: Double, tolerance: Double = 1e-5,
        maximumIterations: Int = 1000, on device: Device
    ) async throws -> LogisticRegression {
        try expectSound(penalties: [penalty])
        try expectSound(features, labels, classNames)
        let problem = try await LogisticProblem(
            StandardizedFeatures(features), labels: labels, classes: classNames.count, on: device)
        return try await LogisticRegression(
            problem, penalty: penalty, tolerance: tolerance, maximumIterations: maximumIterations)
    }

    init(
        _ problem: LogisticProblem, penalty: Double, from start: [Double]? = nil, tolerance: Double,
        maximumIterations: Int
    ) async throws {
        let minimum = try await problem.minimum(
            penalty: penalty, from: start, tolerance: tolerance, maximumIterations: maximumIterations)
        let position = minimum.point.position
        let weightCount = problem.classes * problem.features.width
        (weights, bias) = try problem.features.unstandardized(
            weights: Array(position[..<weightCount]), bias: Array(position[weightCount...]))
        let (losses, isRight) = try await problem.measured(Array(problem.labels.indices), at: position)
        loss = losses.reduce(0, +) / Double(losses.count)
        accuracy = Double(isRight.count { $0 }) / Double(isRight.count)
        (self.penalty, iterations, hasConverged) = (penalty, minimum.iterations, minimum.hasConverged)
    }

    /// The logits of features: W·x + b, [N, classes].
    ///
    /// - Throws: ``FoveaError`` when there are other features.
    public func logits(_ features: Tensor, on device: Device) async throws -> Tensor {
        let builder = GraphBuilder()
        let product = try MatrixMultiplication(transposingRight: true).applied(
            to: builder.input("features", features.type), builder.input("weights", weights.type),
            builder.input("bias", bias.type))
        builder.output("logits", product)
        let program = try await device.compile(builder.graph)
        return try await device.run(program, ["features": features, "weights": weights, "bias": bias])
            .tensor("logits")
    }
}

extension LogisticRegression {
    static func expectSound(penalties: [Double]) throws {
        guard let wrong = penalties.first(where: { !($0 >= 0 && $0.isFinite) }) else { return }
        throw FoveaError(
            .usage, "The penalty of a logistic regression is \(wrong).", remedy: "Use a number from 0 on, such as 0.01."
        )
    }

    static func expectSound(_ features: Tensor, _ labels: [Int32], _ classNames: [String]) throws {
        guard classNames.count > 1 else {
            throw FoveaError(
                .badData, "There is a single class: there is nothing to tell apart.",
                remedy: "Give examples of at least two.")
        }
        guard features.shape.dimensions.first == labels.count else {
            throw FoveaError(
                .usage, "There are \(labels.count) labels for features \(features.shape).",
                remedy: "Give each row of features a label.")
        }
        var counts = [Int](repeating: 0, count: classNames.count)
        for (row, label) in labels.enumerated() {
            guard classNames.indices.contains(Int(label)) else {
                throw FoveaError(
                    .badData, "The label of example \(row) is \(label).",
                    remedy: "Labels of \(classNames.count) classes are 0 to \(classNames.count - 1).")
            }
            counts[Int(label)] += 1
        }
        guard let empty = counts.firstIndex(of: 0) else { return }
        throw FoveaError(
            .badData, "The class \(quoted(classNames[empty])) has no example.",
            remedy: "Give it some, or leave it out of the classes.")
    }
}
