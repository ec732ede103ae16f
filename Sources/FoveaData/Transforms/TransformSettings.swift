import FoveaGraph

/// Throws unless a probability lies between 0 and 1; NaN does not.
func expectProbability(_ probability: Double, of name: String) throws {
    guard (0...1).contains(probability) else {
        throw FoveaError(.usage, "The probability of \(name) is \(probability).", remedy: "Use a number from 0 to 1.")
    }
}

/// Throws unless a setting lies in a range; NaN lies in none.
func expect(_ value: Double, within range: ClosedRange<Double>, of name: String) throws {
    guard range.contains(value) else {
        throw FoveaError(
            .usage, "The \(name) is \(value).", remedy: "Use a number from \(range.lowerBound) to \(range.upperBound).")
    }
}

/// Throws unless the numbers to draw from lie in a range.
func expect(_ values: ClosedRange<Double>, within range: ClosedRange<Double>, of name: String) throws {
    guard range.contains(values.lowerBound), range.contains(values.upperBound) else {
        throw FoveaError(
            .usage, "The \(name) is drawn from \(values.lowerBound) to \(values.upperBound).",
            remedy: "Use numbers from \(range.lowerBound) to \(range.upperBound).")
    }
}
