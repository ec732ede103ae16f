import FoveaFoundation
import FoveaGraph

// Written out, because the standard library does not promise that its random functions stay the same.
extension CounterBasedGenerator.Stream {
    /// True with a probability.
    mutating func isTrue(withProbability probability: Double) -> Bool { uniform() < probability }

    /// A number, every one of a range being as likely.
    mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A number whose logarithm is uniform in a range of positive numbers, given by the range.
    mutating func logUniform(in range: ClosedRange<Double>) -> Double {
        exp(uniform(in: log(range.lowerBound)...log(range.upperBound)))
    }

    /// An integer from 0 to below a bound of at least 1.
    mutating func integer(below bound: Int) -> Int {
        // The high half of word × bound is uniform in 0..<bound up to a bias of bound / 2^64.
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// 1 or −1.
    mutating func sign() -> Double { integer(below: 2) == 0 ? 1 : -1 }

    /// A random order of 0..<count (Fisher and Yates, in Durstenfeld's form).
    mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
        return order
    }

    /// `count` numbers that add up to 1, from the symmetric Dirichlet distribution; of two, the first is from Beta(α, α).
    mutating func dirichlet(_ alpha: Double, count: Int) -> [Double] {
        let logarithms = (0..<count).map { _ in logGamma(alpha) }
        let largest = logarithms.max() ?? 0
        let powers = logarithms.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// The logarithm of a number from the gamma distribution with a shape and the scale 1. For small shapes the number itself
    /// would often be too small for a `Double`.
    ///
    /// Source: Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000.
    private mutating func logGamma(_ shape: Double) -> Double {
        if shape < 1 {
            let power = log(1 - uniform()) / shape
            return logGamma(shape + 1) + power
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = 1 + c * x
            guard v > 0 else { continue }
            let cube = v * v * v
            if log(1 - uniform()) < x * x / 2 + d - d * cube + d * log(cube) { return log(d * cube) }
        }
    }
}
