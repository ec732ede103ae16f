public import FoveaGraph
public import FoveaNN

/// The width at which a family of networks has about as many parameters as another network.
public struct MatchedWidth: Hashable, Sendable {
    public let width: Int
    public let parameters: Int
    /// Difference from the wanted number, as a fraction of it.
    public let difference: Double

    /// Searches by bisection: wider networks have more parameters.
    ///
    /// - Parameters:
    ///   - wanted: the number of parameters to come near.
    ///   - inputs: the types of one example's inputs.
    ///   - make: the network of a width.
    /// - Throws: ``FoveaError`` when a network does not fit the inputs, or none of a width up to 65,536 has that many parameters.
    public init(
        parameters wanted: Int, inputs: Named<TensorType>, _ make: (_ width: Int) -> any Network
    ) throws {
        func count(_ width: Int) throws -> Int {
            try TracedNetwork(make(width), inputs: inputs).parameters.trainableCount
        }
        var upper = 1
        while try count(upper) < wanted {
            guard upper < 1 << 16 else {
                throw FoveaError(
                    .usage, "No network of a width up to \(upper) has \(wanted) parameters.",
                    remedy: "Compare with a smaller network.")
            }
            upper *= 2
        }
        var lower = upper / 2
        // The first width with at least as many as wanted is `upper`, the last with fewer is `lower`.
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if try count(middle) < wanted { lower = middle } else { upper = middle }
        }
        let candidates = try [lower, upper].filter { $0 >= 1 }.map { ($0, try count($0)) }
        let best = candidates.min { abs($0.1 - wanted) < abs($1.1 - wanted) } ?? (upper, wanted)
        (width, parameters) = best
        difference = Double(abs(best.1 - wanted)) / Double(max(1, wanted))
    }
}
