public import FoveaGraph
import FoveaFoundation
import FoveaNN

/// A class with its probability.
public struct Prediction: Hashable, Sendable {
    /// Index of the network's output.
    public let index: Int
    /// Between 0 and 1; the probabilities of all classes add up to 1.
    public let probability: Double
}

extension Tensor {
    /// For each row of logits [N, classes], the most probable classes, most probable first.
    ///
    /// The probability of class i is exp(xᵢ / T) / Σⱼ exp(xⱼ / T), with T the temperature.
    public func predictions(limit: Int, temperature: Double = 1) -> [[Prediction]] {
        let columns = shape[1]
        let elements = doubles
        return rankings(limit: limit).enumerated().map { row, ranking in
            let logits = elements[row * columns..<(row + 1) * columns]
            // The largest is subtracted first, so that no exponential overflows.
            let largest = logits.max() ?? 0
            let sum = logits.reduce(0) { $0 + exp(($1 - largest) / temperature) }
            return ranking.map {
                Prediction(index: $0, probability: exp((elements[row * columns + $0] - largest) / temperature) / sum)
            }
        }
    }
}
