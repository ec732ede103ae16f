import FoveaFoundation

/// The number of successes among independent trials.
struct BinomialDistribution {
    /// The logarithms of 0!, 1!, ….
    private let logFactorials: [Double]

    /// - Parameter trials: the largest number of trials that is asked about.
    init(upToTrials trials: Int) {
        var sum = 0.0
        logFactorials = (0...max(0, trials)).map { number in
            if number > 1 { sum += log(Double(number)) }
            return sum
        }
    }

    /// P(X ≥ successes), X the number of successes in `trials` trials of which each succeeds with `probability`.
    func upperTail(_ successes: Int, of trials: Int, probability: Double) -> Double {
        guard successes > 0 else { return 1 }
        guard successes <= trials, probability > 0 else { return 0 }
        guard probability < 1 else { return 1 }
        // Above the mean terms fall quickly; below it those of the other tail do.
        guard Double(successes) > Double(trials) * probability else {
            return 1 - upperTail(trials - successes + 1, of: trials, probability: 1 - probability)
        }
        let odds = probability / (1 - probability)
        var term = exp(
            logFactorials[trials] - logFactorials[successes] - logFactorials[trials - successes]
                + Double(successes) * log(probability) + Double(trials - successes) * log1p(-probability))
        var sum = 0.0
        for count in successes...trials {
            sum += term
            if term < sum * 1e-17 { break }
            term *= Double(trials - count) / Double(count + 1) * odds
        }
        return min(1, sum)
    }
}
