import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN

/// How far forecasts are from what came, channel by channel in its own units, beside two that need no network: the last known value
/// of the window, and the mean of the training part.
struct ForecastErrors {
    private struct Sums {
        var squared = 0.0
        var absolute = 0.0
        var squaredOfLast = 0.0
        var squaredOfMean = 0.0
    }

    private var sums: [Sums]
    /// The number of numbers of each channel.
    private var count = 0

    init(
        of forecast: Forecast, on source: any ExampleSource, by predictor: Predictor, _ preparation: SequencePreparation
    ) async throws {
        sums = Array(repeating: Sums(), count: forecast.channels.count)
        let loader = try DataLoader(
            source, transforms: [preparation], batchSize: min(250, max(1, source.count)),
            order: EpochOrder(seed: 0, isShuffled: false))
        for try await batch in loader {
            let predictions = try await predictor.outputs(of: batch).tensor(GraphName.predictions).doubles
            for (row, index) in batch.indices.enumerated() {
                let own = Array(predictions[row * forecast.count..<(row + 1) * forecast.count])
                try add(own, for: source.example(at: index), forecast, preparation)
            }
        }
    }

    private mutating func add(
        _ predictions: [Double], for example: Example, _ forecast: Forecast, _ preparation: SequencePreparation
    ) throws {
        guard let targets = example.values[Batch.targetsName]?.doubles, targets.count == predictions.count,
            let series = example.values[Batch.sequencesName]
        else {
            throw FoveaError(
                .badData, "The data does not have the steps that are forecast.", remedy: "Use a longer series.")
        }
        count += forecast.horizon
        let (values, steps) = (series.doubles, series.shape[1])
        for (place, channel) in forecast.channels.enumerated() {
            let mean = Double(preparation.mean[channel])
            let last = values[channel * steps..<(channel + 1) * steps].last { !$0.isNaN } ?? mean
            for number in place * forecast.horizon..<(place + 1) * forecast.horizon {
                let (error, target) = (predictions[number] - targets[number], targets[number])
                sums[place].squared += error * error
                sums[place].absolute += abs(error)
                sums[place].squaredOfLast += (last - target) * (last - target)
                sums[place].squaredOfMean += (mean - target) * (mean - target)
            }
        }
    }

    /// The means; with the name of its channel before each where there are several.
    func figures(names: [String]) -> [TargetEvaluation.Figure] {
        let count = Double(max(1, count))
        return sums.enumerated().flatMap { place, sums in
            let name = names.indices.contains(place) ? names[place] : "channel \(place + 1)"
            let (title, key) = self.sums.count > 1 ? ("\(name): ", "\(name).") : ("", "")
            return [
                ("squared error", "mean_squared_error", sums.squared),
                ("absolute error", Regression.absoluteError, sums.absolute),
                ("squared error of the last value", "mean_squared_error_of_the_last_value", sums.squaredOfLast),
                ("squared error of the mean", "mean_squared_error_of_the_mean", sums.squaredOfMean),
            ].map { TargetEvaluation.Figure(name: title + $0.0, key: key + $0.1, value: $0.2 / count) }
        }
    }
}
