/// Finds a step along a direction that lowers a function enough and leaves little of its slope (the strong Wolfe conditions).
///
/// The step is bracketed, then found by cubic interpolation.
///
/// Source: J. Nocedal, S. Wright, "Numerical Optimization", 2006, algorithms 3.5 and 3.6.
struct LineSearch {
    private struct Trial {
        let step: Double
        let value: Double
        let slope: Double
    }

    private let start: LBFGS.Point
    private let direction: [Double]
    private let slope: Double

    init(from start: LBFGS.Point, along direction: [Double]) {
        (self.start, self.direction) = (start, direction)
        slope = dot(start.gradient, direction)
    }

    /// The part of the slope's descent that a step has to bring.
    private static let descent = 1e-4
    /// The part of the slope that a step may leave.
    private static let curvature = 0.9
    /// The relative error of values, whose terms are single precision: smaller differences are none.
    private static let precision = 0x1p-24
    private static let trialLimit = 20

    /// A point that is lower than the start, or as low within the precision; nil where none is found.
    func point(of function: LBFGS.Function, firstStep: Double) async throws -> LBFGS.Point? {
        guard slope < 0 else { return nil }
        var step = firstStep
        var low = Trial(step: 0, value: start.value, slope: slope)
        var high: Trial?
        var best: LBFGS.Point?
        for _ in 0..<Self.trialLimit {
            let point = try await function(zip(start.position, direction).map { $0 + step * $1 })
            let trial = Trial(step: step, value: point.value, slope: dot(point.gradient, direction))
            if !descends(trial, below: low) {
                high = trial
            } else {
                best = point
                if abs(trial.slope) <= -Self.curvature * slope { return point }
                // The minimum lies on the side to which the function descends.
                if trial.slope * ((high?.step ?? .infinity) - low.step) >= 0 { high = low }
                low = trial
            }
            step = high.map { between(low, $0) } ?? 4 * step
        }
        return best
    }

    private func descends(_ trial: Trial, below low: Trial) -> Bool {
        guard trial.value.isFinite, trial.slope.isFinite else { return false }
        let slack = Self.precision * abs(start.value)
        return trial.value <= start.value + Self.descent * trial.step * slope + slack
            && trial.value <= low.value + slack
    }

    /// The step of the lowest point of the cubic through two trials, not too near to either.
    private func between(_ low: Trial, _ high: Trial) -> Double {
        let width = high.step - low.step
        let first = low.slope + high.slope - 3 * (high.value - low.value) / width
        let root = (first * first - low.slope * high.slope).squareRoot() * (width < 0 ? -1 : 1)
        let part = 1 - (high.slope + root - first) / (high.slope - low.slope + 2 * root)
        return low.step + width * (part.isFinite ? min(0.9, max(0.1, part)) : 0.5)
    }
}
