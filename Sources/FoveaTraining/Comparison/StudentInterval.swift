import FoveaFoundation

/// The mean of a few measurements, and the interval that holds the true mean with 95 % confidence: x̄ ± t·s/√n, with s² =
/// Σ(x − x̄)²/(n − 1) and t the quantile at 0.975 of Student's distribution with n − 1 degrees of freedom (2.776 for 5).
///
/// Source: Student, "The Probable Error of a Mean", Biometrika 1908.
public struct StudentInterval: Hashable, Sendable {
    public let mean: Double
    /// Half the length of the interval; infinite for one measurement, about which nothing can be said.
    public let halfWidth: Double

    public var lower: Double { mean - halfWidth }
    public var upper: Double { mean + halfWidth }

    /// - Parameter values: at least one.
    public init(_ values: [Double]) {
        let count = Double(values.count)
        mean = values.reduce(0, +) / max(1, count)
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        halfWidth =
            values.count < 2
            ? .infinity
            : Self.quantile(degreesOfFreedom: values.count - 1) * (squares / (count - 1) / count).squareRoot()
    }

    /// The number that |t| exceeds in one of twenty cases.
    static func quantile(degreesOfFreedom: Int) -> Double {
        // The chance of |t| below tan θ · √ν grows from 0 to 1 with θ from 0 to π/2.
        var (lower, upper) = (0.0, Double.pi / 2)
        for _ in 0..<100 {
            let middle = (lower + upper) / 2
            if chance(ofAngle: middle, degreesOfFreedom) < 0.95 { lower = middle } else { upper = middle }
        }
        return tan(lower) * Double(degreesOfFreedom).squareRoot()
    }

    /// The chance of |t| ≤ tan θ · √ν, a finite sum for whole ν.
    ///
    /// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    private static func chance(ofAngle angle: Double, _ degreesOfFreedom: Int) -> Double {
        let (sine, cosine) = (sin(angle), cos(angle))
        let isOdd = degreesOfFreedom % 2 == 1
        var term = isOdd ? cosine : 1
        var sum = degreesOfFreedom > 1 ? term : 0
        var exponent = isOdd ? 1 : 0
        while exponent + 2 <= degreesOfFreedom - 2 {
            term *= cosine * cosine * Double(exponent + 1) / Double(exponent + 2)
            exponent += 2
            sum += term
        }
        return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    }
}
