import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
public import FoveaRuntime

/// Whether images reach a trained network in the form in which its weights saw them in training.
///
/// A batch normalization remembers mean and variance of what it read in training. What the first one reads of some images is
/// compared with that, as two normal distributions for each channel, by the mean over the channels of the squared Hellinger
/// distance: 1 − √(2σ₁σ₂/(σ₁² + σ₂²)) · exp(−(μ₁ − μ₂)²/(4(σ₁² + σ₂²))), from 0, the same, to 1, nothing in common. It is
/// bounded, so that channels that are dead in training count as one each.
///
/// The kind of images moves the distance, too: photographs of waste on a network that was trained on CIFAR-10 are at 0.06 to 0.14
/// when they are prepared rightly, and no wrong preparation comes out more than 0.09 nearer. Another range moves it by 0.2 to 0.8,
/// which is noticed; −1 to 1 in place of ImageNet's deviation, which is half as wide, by 0.1, which is noticed only where images are
/// of the kind that the weights were trained on. So it is with the order of the channels, and where images have as much red as blue
/// that is not noticed at all. The size of the images does not show: edges look alike at every size.
public struct PreprocessingCheck: Hashable, Sendable {
    /// A preparation, and how far images so prepared are from those of the training.
    public struct Candidate: Hashable, Sendable {
        public let preparation: ImagePreparation
        public let distance: Double
    }

    /// How much nearer another preparation must come, and to what fraction of the distance, to be reported.
    static let (margin, fraction) = (0.1, 0.6)

    /// The path of the batch normalization; nil where the network has none.
    public let layer: String?
    /// How far the images are from those of the training as they are prepared; nil where nothing says.
    public let distance: Double?
    /// The preparations by which the images would be clearly nearer, the nearest first.
    public let better: [Candidate]
    /// The mean of each channel as the network reads it.
    public let inputMeans: [Double]
    /// The standard deviation of each channel as the network reads it.
    public let inputDeviations: [Double]

    /// Whether the network reads numbers far from those around 0 with a deviation near 1 that most weights expect.
    public var isUnusual: Bool {
        inputMeans.contains { abs($0) > 5 } || inputDeviations.contains { !(0.05...5).contains($0) }
    }

    /// - Parameters:
    ///   - distance: of the preparation in use.
    ///   - candidates: the others.
    init(
        layer: String?, distance: Double?, candidates: [Candidate], inputMeans: [Double],
        inputDeviations: [Double]
    ) {
        (self.layer, self.distance, self.inputMeans, self.inputDeviations) = (
            layer, distance, inputMeans, inputDeviations
        )
        func isClearlyNearer(_ candidate: Candidate, than distance: Double) -> Bool {
            candidate.distance <= distance * Self.fraction && distance - candidate.distance >= Self.margin
        }
        let nearer = candidates.filter { candidate in
            // The usual order of channels is the likelier explanation.
            let plain = candidates.first {
                !$0.preparation.isReversed && $0.preparation.mean == candidate.preparation.mean
                    && $0.preparation.standardDeviation == candidate.preparation.standardDeviation
            }
            return isClearlyNearer(candidate, than: distance ?? 0)
                && (!candidate.preparation.isReversed
                    || plain.map { isClearlyNearer(candidate, than: $0.distance) } ?? true)
        }.sorted { $0.distance < $1.distance }
        // What is clearly farther than the nearest is no rival of it.
        better = nearer.filter { $0.distance < (nearer.first?.distance ?? 0) + Self.margin }
    }
}

extension FineTuning {
    /// Number of images that are looked at, at most: their pixels are many, and the machine has other things to do.
    private static let checkedImages = 16

    /// Compares what the first layers make of images with what the weights saw in training.
    ///
    /// - Throws: ``FoveaError`` when the network cannot be compiled.
    public func check(_ sample: FineTuningSample, on device: Device) async throws
        -> PreprocessingCheck
    {
        let shape = sample.images.shape.dimensions
        let count = min(shape[0], Self.checkedImages)
        let (channels, plane) = (shape[1], shape[2] * shape[3])
        // From the whole sample: it may be sorted by class.
        let (all, size) = (sample.images.floats, channels * plane)
        var elements: [Float] = []
        for index in 0..<count {
            let start = index * shape[0] / count * size
            elements += all[start..<start + size]
        }
        let input = ChannelStatistics(elements, channels: channels, plane: plane)
        let inUse = ImagePreparation(preprocessing)
        guard let graph = try NormalizationInputGraph(network, batch: network.inputs.batched(count)),
            let mean = start[graph.runningMean]?.floats,
            let variance = start[graph.runningVariance]?.floats
        else {
            return PreprocessingCheck(
                layer: nil, distance: nil, candidates: [], inputMeans: input.means,
                inputDeviations: input.variances.map { $0.squareRoot() })
        }
        let states = DeviceStates(on: device)
        try await states.write(
            graph.parameters.compactMap { parameter in
                start[parameter.path].map { (name: parameter.path, tensor: $0) }
            })
        let program = try await device.compile(device.optimized(graph.graph), states: states)
        let trained = ChannelStatistics(
            means: mean.map(Double.init), variances: variance.map(Double.init))
        let inputShape = Shape([count] + shape.dropFirst())
        func distance(_ preparation: ImagePreparation) async throws -> Double {
            let images = try Tensor(inputShape, preparation.prepared(elements, by: inUse, plane: plane))
            let outputs = try await device.run(program, [GraphName.images: images])
            let read = ChannelStatistics(
                means: try outputs.tensor(NormalizationInputGraph.means),
                squares: try outputs.tensor(NormalizationInputGraph.meanSquares))
            return read.distance(to: trained)
        }
        var others = try ImagePreparation.usual(channels: channels).filter { !$0.isLike(inUse) }
        if channels > 1 { others += (others + [inUse]).map(\.reversed) }
        var candidates: [PreprocessingCheck.Candidate] = []
        for preparation in others {
            candidates.append(.init(preparation: preparation, distance: try await distance(preparation)))
        }
        return PreprocessingCheck(
            layer: graph.layer, distance: try await distance(inUse), candidates: candidates,
            inputMeans: input.means,
            inputDeviations: input.variances.map { $0.squareRoot() })
    }
}

/// The mean and the variance of each channel.
struct ChannelStatistics {
    let means: [Double]
    let variances: [Double]

    init(means: [Double], variances: [Double]) { (self.means, self.variances) = (means, variances) }

    /// Of images [N, C, …].
    init(_ elements: [Float], channels: Int, plane: Int) {
        var (sums, squares) = (
            [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
        )
        for start in stride(from: 0, to: elements.count, by: plane) {
            let channel = start / plane % channels
            for element in elements[start..<start + plane] {
                sums[channel] += Double(element)
                squares[channel] += Double(element) * Double(element)
            }
        }
        let count = Double(max(1, elements.count / channels))
        self.init(means: sums.map { $0 / count }, squares: squares.map { $0 / count })
    }

    /// From the means [N, C] of images, and those of the squares.
    init(means: Tensor, squares: Tensor) {
        func overImages(_ tensor: Tensor) -> [Double] {
            let (elements, channels) = (tensor.floats, tensor.shape[1])
            return (0..<channels).map { channel in
                let sum = stride(from: channel, to: elements.count, by: channels).reduce(0) {
                    $0 + Double(elements[$1])
                }
                return sum / Double(max(1, tensor.shape[0]))
            }
        }
        self.init(means: overImages(means), squares: overImages(squares))
    }

    private init(means: [Double], squares: [Double]) {
        self.init(means: means, variances: zip(means, squares).map { max(0, $1 - $0 * $0) })
    }

    /// The mean over the channels of the squared Hellinger distance of normal distributions, whose variances are at least 1e-5:
    /// what batch normalization adds to them.
    func distance(to other: ChannelStatistics) -> Double {
        let distances = zip(zip(means, variances), zip(other.means, other.variances)).map {
            own, others in
            let (first, second) = (own.1 + 1e-5, others.1 + 1e-5)
            let gap = own.0 - others.0
            return 1 - (2 * (first * second).squareRoot() / (first + second)).squareRoot()
                * exp(-gap * gap / (4 * (first + second)))
        }
        return distances.reduce(0, +) / Double(max(1, distances.count))
    }
}
