import FoveaFoundation
import FoveaFormats
import FoveaGraph

/// The temperature T with which the probabilities softmax(x / T) of a network's logits x fit some examples best: the one
/// number that minimizes their mean negative log likelihood. No answer changes, only how sure it is.
///
/// In β = 1 / T the likelihood is convex, with the derivatives mean(E[x] − x_label) and mean(Var[x]), where expectation and
/// variance are over the classes with the probabilities softmax(βx). Newton's method in log β finds the root of the first,
/// within an interval that each step narrows; all in Double, until log β moves by less than 10⁻¹².
///
/// Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
public struct TemperatureScaling: Hashable, Sendable {
    /// Between the bounds of ``FoveaFormats/ModelDescription/Calibration/temperatures``.
    public let temperature: Double
    /// Whether the likelihood would rise beyond the bounds: the answers are all right, all wrong, or say nothing. The temperature
    /// is then the bound, and says little.
    public let isAtBound: Bool
    /// The mean of −log p(label) at temperature 1.
    public let lossBefore: Double
    /// The same at the temperature.
    public let lossAfter: Double

    /// - Throws: ``FoveaError`` when there are no examples.
    public init(_ examples: ClassifiedExamples) throws {
        guard examples.count > 0 else {
            throw FoveaError(
                .badData, "There are no examples to fit a temperature to.", remedy: "Give at least one of each class.")
        }
        let bounds = ModelDescription.Calibration.temperatures
        let likelihood = { (logBeta: Double) in Likelihood(examples, beta: exp(logBeta)) }
        // Log β falls where log T rises.
        var (low, high) = (-log(bounds.upperBound), -log(bounds.lowerBound))
        let start = Likelihood(examples, beta: 1)
        lossBefore = start.loss
        guard start.slope != 0 else {
            (temperature, isAtBound, lossAfter) = (1, false, start.loss)
            return
        }
        for (bound, isBest) in [(low, likelihood(low).slope >= 0), (high, likelihood(high).slope <= 0)] where isBest {
            (temperature, isAtBound) = (bound == low ? bounds.upperBound : bounds.lowerBound, true)
            lossAfter = likelihood(bound).loss
            return
        }
        var logBeta = 0.0
        for _ in 0..<200 {
            let point = likelihood(logBeta)
            if point.slope > 0 { high = logBeta } else { low = logBeta }
            let newton = logBeta - point.slope / (exp(logBeta) * point.curvature)
            // A step out of the interval, or one that is no number, becomes a bisection.
            let next = newton > low && newton < high ? newton : (low + high) / 2
            let change = abs(next - logBeta)
            logBeta = next
            if change < 1e-12 { break }
        }
        (temperature, isAtBound) = (exp(-logBeta), false)
        lossAfter = likelihood(logBeta).loss
    }

    /// The mean negative log likelihood at β, with its derivatives by β.
    private struct Likelihood {
        private(set) var loss = 0.0
        private(set) var slope = 0.0
        private(set) var curvature = 0.0

        init(_ examples: ClassifiedExamples, beta: Double) {
            for example in 0..<examples.count {
                let row = examples.logits(of: example)
                // The largest is subtracted first, so that no exponential overflows; it cancels in all three.
                let largest = Double(row.max() ?? 0)
                var (sum, first, second) = (0.0, 0.0, 0.0)
                for logit in row {
                    let x = Double(logit) - largest
                    let weight = exp(beta * x)
                    sum += weight
                    first += weight * x
                    second += weight * x * x
                }
                let mean = first / sum
                let target = Double(row[row.startIndex + Int(examples.labels[example])]) - largest
                loss += log(sum) - beta * target
                slope += mean - target
                curvature += second / sum - mean * mean
            }
            let count = Double(examples.count)
            (loss, slope, curvature) = (loss / count, slope / count, curvature / count)
        }
    }
}
