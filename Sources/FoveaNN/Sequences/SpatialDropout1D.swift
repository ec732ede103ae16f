import FoveaGraph

/// In training, zeroes whole channels of a sequence with probability `rate` and scales the others by 1/(1 − rate); the identity
/// in inference.
///
/// Input [N, C, T]. Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015.
public struct SpatialDropout1D: SequenceLayer {
    public let rate: Double

    public init(_ rate: Double) { self.rate = rate }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self) { trace in
            try input.expectSeries()
            guard rate >= 0, rate < 1 else {
                throw FoveaError(.usage, layer: "has the rate \(rate).", remedy: "Use a rate from 0 to below 1.")
            }
            guard trace.mode == .training, trace.hasDropout, rate > 0 else { return input }
            let perChannel = try Slice(axis: 2, start: 0, end: 1).applied(to: input.values)
            return input.with(try input.values * trace.randomMask(rate, like: perChannel))
        }
    }
}
