public import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN

/// How well a network's numbers, or its classes for each step, agree with what they should be.
public struct TargetEvaluation: Sendable {
    /// A figure with its name in text and in JSON.
    public struct Figure: Sendable {
        public let name: String
        public let key: String
        public let value: Double
        public var isFraction: Bool { key == "accuracy" }
    }

    /// Number of examples measured.
    public let count: Int
    public let figures: [Figure]

    /// - Throws: ``FoveaError`` when an example cannot be read or does not fit, with its name.
    ///
    /// - Parameter forecastNames: the names of the channels that are forecast.
    public init(
        of source: any ExampleSource, by predictor: Predictor, _ preparation: SequencePreparation,
        forecastNames: [String] = []
    ) async throws {
        if case .forecast(let forecast) = preparation.question {
            count = source.count
            let errors = try await ForecastErrors(of: forecast, on: source, by: predictor, preparation)
            figures = errors.figures(names: forecastNames)
            return
        }
        let means = try await predictor.evaluate(source, transforms: [preparation])
        let loss = try means[GraphName.loss]
        count = source.count
        switch preparation.question {
        case .numbers:
            figures = [
                Figure(name: "squared error", key: "mean_squared_error", value: loss),
                Figure(
                    name: "absolute error", key: Regression.absoluteError, value: try means[Regression.absoluteError]),
                Figure(
                    name: "saying the mean", key: "mean_squared_error_of_the_mean",
                    value: try Self.variance(of: source)),
            ]
        case .itsClass, .stepClasses, .nextToken, .forecast:
            figures = [
                Figure(name: "loss", key: "loss", value: loss),
                Figure(name: "accuracy", key: Classification.accuracy, value: try means[Classification.accuracy]),
            ]
        }
    }

    /// The mean squared error of always saying the mean of each number.
    private static func variance(of source: any ExampleSource) throws -> Double {
        var (sums, squares) = ([Double](), [Double]())
        for index in 0..<source.count {
            let targets = try source.example(at: index).values[Batch.targetsName]?.doubles ?? []
            if sums.isEmpty {
                (sums, squares) = (
                    [Double](repeating: 0, count: targets.count), [Double](repeating: 0, count: targets.count)
                )
            }
            for (place, target) in targets.enumerated() where place < sums.count {
                sums[place] += target
                squares[place] += target * target
            }
        }
        let count = Double(max(1, source.count))
        let variances = zip(sums, squares).map { $1 / count - ($0 / count) * ($0 / count) }
        return variances.reduce(0, +) / Double(max(1, variances.count))
    }
}
