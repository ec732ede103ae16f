/// Batch normalization over the valid steps of sequences: as ``BatchNormalization``, with mean and variance over the steps before
/// each sequence's length, and 0 beyond.
///
/// Operands: x [N, C, T]; scale [C]; bias [C]; lengths int32 [N]. Results: y, of x's shape; the mean [C]; the variance [C], not
/// corrected for bias. Mean and variance are for running statistics: a loss may depend on y only. A length below 0 counts as 0,
/// one above T as T; without any valid step, mean and variance are 0.
public struct SequenceNormalization: Operation {
    public static let name = "SequenceNormalization"
    public let epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(4, operands, of: Self.name)
        try expectSequences([operands[0], operands[3]], of: Self.name)
        let perChannel = try expectChannels(operands[0], parameters: Array(operands[1...2]), of: Self.name)
        return [operands[0], perChannel, perChannel]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard upstream[1] == nil, upstream[2] == nil else {
            throw FoveaError(
                .usage, "The loss depends on the mean or the variance that \(Self.name) computed.",
                remedy: "Compute them with SequenceMean where a loss needs them.")
        }
        guard let upstream = upstream[0] else { return [nil, nil, nil, nil] }
        return try SequenceNormalizationGradient(epsilon: epsilon)
            .results(on: [operands[0], operands[1], results[1], results[2], upstream, operands[3]]) + [nil]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (x, scale, bias) = (operands[0], operands[1], operands[2])
        var results = resultTypes.map { ReferenceTensor($0.shape) }
        let places = validPlaces(of: x.shape, operands[3])
        for (channel, places) in places.enumerated() {
            let count = Double(max(1, places.count))
            let mean = places.reduce(0) { $0 + x.elements[$1] } / count
            let variance =
                places.reduce(0) { sum, place in
                    let deviation = x.elements[place] - mean
                    return sum + deviation * deviation
                } / count
            let inverse = 1 / (variance + epsilon).squareRoot()
            for place in places {
                results[0].elements[place] =
                    (x.elements[place] - mean) * inverse * scale.elements[channel] + bias.elements[channel]
            }
            (results[1].elements[channel], results[2].elements[channel]) = (mean, variance)
        }
        return results
    }
}

/// The gradient of ``SequenceNormalization``, by the formula of ``BatchNormalizationGradient`` over the valid steps.
///
/// Operands: x [N, C, T]; scale, mean and variance [C]; the upstream gradient, of x's shape; lengths int32 [N]. Results: the
/// gradients with respect to x, 0 beyond the lengths, scale [C] and bias [C].
public struct SequenceNormalizationGradient: Operation {
    public static let name = "SequenceNormalizationGradient"
    public let epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(6, operands, of: Self.name)
        try expectSequences([operands[0], operands[5]], of: Self.name)
        let perChannel = try expectChannels(operands[0], parameters: Array(operands[1...3]), of: Self.name)
        try expectEqualTypes([operands[0], operands[4]], of: Self.name)
        return [operands[0], perChannel, perChannel]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (x, scale, mean, variance, upstream) = (operands[0], operands[1], operands[2], operands[3], operands[4])
        var results = resultTypes.map { ReferenceTensor($0.shape) }
        for (channel, places) in validPlaces(of: x.shape, operands[5]).enumerated() {
            let count = Double(max(1, places.count))
            let inverse = 1 / (variance.elements[channel] + epsilon).squareRoot()
            func normalized(_ place: Int) -> Double { (x.elements[place] - mean.elements[channel]) * inverse }
            let forBias = places.reduce(0) { $0 + upstream.elements[$1] }
            let forScale = places.reduce(0) { $0 + upstream.elements[$1] * normalized($1) }
            for place in places {
                let centred = upstream.elements[place] - (forBias + normalized(place) * forScale) / count
                results[0].elements[place] = scale.elements[channel] * inverse * centred
            }
            (results[1].elements[channel], results[2].elements[channel]) = (forScale, forBias)
        }
        return results
    }
}

/// The places of the valid steps of each channel.
private func validPlaces(of shape: Shape, _ lengths: ReferenceTensor) -> [[Int]] {
    let rows = sequenceRows(of: shape, lengths)
    return (0..<shape[1]).map { channel in
        (0..<shape[0]).flatMap { number in
            let row = rows[number * shape[1] + channel]
            return row.start..<row.end
        }
    }
}
