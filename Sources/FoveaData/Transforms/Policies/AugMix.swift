public import FoveaGraph

/// Mixes the image with changed versions of it, each made by a chain of random operations. torchvision's `AugMix`, with its
/// default of bilinear interpolation and a black surrounding; images have their final size already.
///
/// result = m₀ · image + m₁ · Σ wᵢ · chainᵢ(image), with m from Dirichlet(α, α) and w from Dirichlet(α, …, α). The operations are
/// those of the other policies, on bytes; torchvision's run on tensors here, which differ by the rounding.
///
/// Source: Hendrycks et al., "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty", ICLR 2020.
public struct AugMix: ImageTransform, Hashable {
    /// Number of magnitudes to draw from, from the weakest, of ten.
    public let severity: Int
    /// Number of chains.
    public let mixtureWidth: Int
    /// Number of operations of each chain; nil for 1 to 3, drawn for each.
    public let chainDepth: Int?
    public let alpha: Double
    /// Whether brightness, colour, contrast and sharpness are among the operations.
    public let hasColorChanges: Bool
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when a number is out of range.
    public init(
        severity: Int = 3, mixtureWidth: Int = 3, chainDepth: Int? = nil, alpha: Double = 1,
        hasColorChanges: Bool = true, interpolation: Interpolation = .bilinear, fill: UInt8 = 0
    ) throws {
        guard (1...10).contains(severity), (1...100).contains(mixtureWidth), (1...100).contains(chainDepth ?? 1) else {
            throw FoveaError(
                .usage,
                "AugMix cannot mix \(mixtureWidth) chains of \(chainDepth ?? 1) operations with severity \(severity).",
                remedy: "Use 1 to 100 chains and operations, and a severity from 1 to 10.")
        }
        try expect(alpha, within: 0.001...1000, of: "alpha of AugMix")
        (self.severity, self.mixtureWidth, self.chainDepth) = (severity, mixtureWidth, chainDepth)
        (self.alpha, self.hasColorChanges) = (alpha, hasColorChanges)
        (self.interpolation, self.fill) = (interpolation, fill)
    }

    /// Draws the operations of one chain for an image of a size.
    func chain(
        height: Int, width: Int, random: inout CounterBasedGenerator.Stream
    ) -> [(operation: PolicyOperation, magnitude: Double)] {
        let table = PolicyTable.mixed(height: height, width: width, hasColorChanges: hasColorChanges)
        return (0..<(chainDepth ?? 1 + random.integer(below: 3))).map { _ in
            let (operation, magnitudes) = table.rows[random.integer(below: table.rows.count)]
            guard !magnitudes.values.isEmpty else { return (operation, 0) }
            let magnitude = magnitudes.values[random.integer(below: severity)]
            return (operation, magnitudes.isSigned ? random.sign() * magnitude : magnitude)
        }
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        let shares = random.dirichlet(alpha, count: 2)
        let weights = random.dirichlet(alpha, count: mixtureWidth).map { $0 * shares[1] }
        let chains = weights.map { weight in
            let chain = chain(height: image.height, width: image.width, random: &random)
            return (
                weight: weight,
                image: chain.reduce(image) { image, step in
                    step.operation.applied(to: image, magnitude: step.magnitude, interpolation, fill: fill)
                }
            )
        }
        return image.mixed(weight: shares[0], with: chains)
    }
}

extension DecodedImage {
    /// weight · byte + Σ of each other image's weight · byte, cut off to an integer; the weights add up to 1.
    func mixed(weight: Double, with others: [(weight: Double, image: DecodedImage)]) -> DecodedImage {
        var sums = bytes.map { Float(weight) * Float($0) }
        for other in others {
            precondition(other.image.bytes.count == sums.count, "images of one size")
            let (weight, source) = (Float(other.weight), other.image.bytes.span)
            var result = sums.mutableSpan
            for index in result.indices { result[index] += weight * Float(source[index]) }
        }
        return withPixels(sums.map { UInt8(min($0, 255)) })
    }
}
