import FoveaFoundation

/// The interval that holds the chance of a success with 95 % confidence, from the successes among some trials:
/// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), with p the fraction of successes and z = 1.96.
///
/// Unlike p ± z √(p(1 − p)/n) it stays within 0 and 1, and is right for few trials and for fractions near 0 and 1.
///
/// Source: E. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927.
public struct WilsonInterval: Hashable, Sendable {
    public let lower: Double
    public let upper: Double

    /// The quantile of the normal distribution at 0.975.
    private static let z = 1.959963984540054

    /// - Parameters:
    ///   - successes: from 0 to `trials`.
    ///   - trials: without any, the interval is 0 to 1.
    public init(successes: Int, of trials: Int) {
        guard trials > 0 else {
            (lower, upper) = (0, 1)
            return
        }
        let (count, fraction) = (Double(trials), Double(successes) / Double(trials))
        let square = Self.z * Self.z
        let middle = fraction + square / (2 * count)
        let width = Self.z * (fraction * (1 - fraction) / count + square / (4 * count * count)).squareRoot()
        lower = successes == 0 ? 0 : (middle - width) / (1 + square / count)
        upper = successes == trials ? 1 : (middle + width) / (1 + square / count)
    }
}
