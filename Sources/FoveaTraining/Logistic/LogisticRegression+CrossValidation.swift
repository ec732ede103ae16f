import FoveaFoundation
public import FoveaGraph
public import FoveaRuntime

extension LogisticRegression {
    /// The outcome of penalties on examples that were held out.
    public struct CrossValidation: Hashable, Sendable {
        /// A penalty, and what networks that were fitted with it make of the examples that they have not seen.
        public struct Score: Hashable, Sendable {
            public let penalty: Double
            /// The mean cross entropy of the examples, each held out once.
            public let loss: Double
            public let accuracy: Double
        }

        /// Number of parts, each of which is held out once: as asked for, or as many as the smallest class has examples.
        public let folds: Int
        /// From the strongest penalty on, up to a few beyond the best.
        public let scores: [Score]
        /// The position of the score with the smallest loss.
        public let best: Int
    }

    /// The strengths that are tried by default, half a power of ten apart.
    public static let penalties = stride(from: 2, through: -12, by: -1).map { pow(10, Double($0) / 2) }

    /// Chooses the penalty by stratified cross-validation, and fits weights with it to all examples.
    ///
    /// For each fold weights are fitted to the others, each penalty beginning where the next stronger one ended; the penalty
    /// with the smallest mean cross entropy of held-out examples is chosen. Weaker ones are not tried once the loss has risen
    /// for a few of them in a row: they overfit more and take longest. The same seed gives the same folds.
    ///
    /// - Parameters:
    ///   - features: [N, features], f32; they are standardized by all rows.
    ///   - labels: the class of each row.
    ///   - groups: rows of the same group, such as views of one picture, are held out together; by default each row is
    ///     alone. A group has one label.
    ///   - folds: number of parts; there are fewer where a class has fewer groups.
    ///   - tolerance: the largest component that the gradient may have in the end, ten times that in validation.
    /// - Throws: ``FoveaError`` as ``fit(_:labels:classNames:penalty:tolerance:maximumIterations:on:)``, and when a class has
    ///   a single group.
    public static func crossValidated(
        _ features: Tensor, labels: [Int32], classNames: [String], groups: [Int]? = nil,
        penalties: [Double] = LogisticRegression.penalties, folds: Int = 5, seed: UInt64 = 42, tolerance: Double = 1e-5,
        on device: Device
    ) async throws -> (model: LogisticRegression, validation: CrossValidation) {
        try expectSound(penalties: penalties)
        try expectSound(features, labels, classNames)
        guard !penalties.isEmpty else {
            throw FoveaError(.usage, "There is no penalty to choose.", remedy: "Give at least one.")
        }
        let parts = try StratifiedFolds(
            labels: labels, groups: groups, folds: folds, limitedToSmallestClass: true, seed: seed
        ) { quoted(classNames[Int($0)]) }
        let problem = try await LogisticProblem(
            StandardizedFeatures(features), labels: labels, classes: classNames.count, on: device)
        let validation = try await CrossValidation(
            problem, parts, penalties: penalties.sorted(by: >), tolerance: 10 * tolerance)
        let model = try await LogisticRegression(
            problem, penalty: validation.scores[validation.best].penalty, tolerance: tolerance, maximumIterations: 1000)
        return (model, validation)
    }
}

extension LogisticRegression.CrossValidation {
    /// Number of penalties in a row with a larger loss than the best, after which no weaker one is tried.
    private static let patience = 3
    private static let maximumIterations = 500

    fileprivate init(
        _ problem: LogisticProblem, _ parts: StratifiedFolds, penalties: [Double], tolerance: Double
    ) async throws {
        var positions = [[Double]?](repeating: nil, count: parts.count)
        var (scores, best): ([Score], Int) = ([], 0)
        for penalty in penalties {
            var (loss, rightCount) = (0.0, 0)
            for fold in 0..<parts.count {
                let minimum = try await problem.minimum(
                    penalty: penalty, rows: parts.others(than: fold), from: positions[fold], tolerance: tolerance,
                    maximumIterations: Self.maximumIterations)
                positions[fold] = minimum.point.position
                let held = try await problem.measured(parts.members(of: fold), at: minimum.point.position)
                loss += held.losses.reduce(0, +)
                rightCount += held.isRight.count { $0 }
            }
            let count = Double(problem.labels.count)
            scores.append(Score(penalty: penalty, loss: loss / count, accuracy: Double(rightCount) / count))
            if scores[scores.count - 1].loss < scores[best].loss { best = scores.count - 1 }
            if scores.count - 1 - best >= Self.patience { break }
        }
        (folds, self.scores, self.best) = (parts.count, scores, best)
    }
}
