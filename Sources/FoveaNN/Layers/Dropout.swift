public import FoveaGraph

/// In training, zeroes each element with probability `rate` and scales the others by 1/(1 − rate); the identity in
/// inference.
///
/// Source: Srivastava et al., "Dropout", 2014. The masks are drawn by position from (seed, step), so a run can be repeated
/// and resumed to the bit.
public struct Dropout: Layer {
    public let rate: Double

    public init(_ rate: Double = 0.5) { self.rate = rate }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { trace in
            guard rate >= 0, rate < 1 else {
                throw FoveaError(.usage, layer: "has the rate \(rate).", remedy: "Use a rate from 0 to below 1.")
            }
            guard trace.mode == .training, trace.hasDropout, rate > 0 else { return input }
            return try input * trace.randomMask(rate, like: input)
        }
    }
}
