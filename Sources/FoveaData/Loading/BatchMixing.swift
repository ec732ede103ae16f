import FoveaGraph

/// Mixes each example of a batch with the one before it, the first with the last: mixup, cutmix, or one of the two, drawn for
/// each batch with the same probability.
///
/// Mixup: x = λ · xᵢ + (1 − λ) · xᵢ₋₁ with one λ for the batch from Beta(α, α). Cutmix: a box of the image comes from xᵢ₋₁; its
/// middle is uniform in the image, its sides are √(1 − λ) of the image's, and what lies outside is cut off, so that λ becomes
/// the part of the image that is left of xᵢ. The target of both is λ for the class of xᵢ plus 1 − λ for that of xᵢ₋₁: a batch's
/// `labels` are soft targets then, float32 [batch, classes].
///
/// Examples are paired by their place, so batches must be shuffled. Same numbers as torchvision's `MixUp` and `CutMix`.
///
/// Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018; Yun et al., "CutMix: Regularization Strategy to
/// Train Strong Classifiers with Localizable Features", ICCV 2019.
public struct BatchMixing: Hashable, Sendable {
    /// α of mixup; nil where batches are not mixed that way.
    public let mixup: Double?
    /// α of cutmix; nil where batches are not mixed that way.
    public let cutmix: Double?
    public let classes: Int

    /// The values of α that can be used: below, λ is 0 or 1 in almost every batch, above, 1/2.
    private static let range = 0.001...1000.0

    /// - Parameter classes: the number of the network's classes.
    /// - Throws: ``FoveaError`` when an α is out of range, neither is given, or there is no class.
    public init(mixup: Double? = nil, cutmix: Double? = nil, classes: Int) throws {
        for (name, alpha) in [("mixup", mixup), ("cutmix", cutmix)] {
            guard let alpha, !Self.range.contains(alpha) else { continue }
            throw FoveaError(
                .usage, "The alpha of \(name) is \(alpha).",
                remedy: "Use a number from \(Self.range.lowerBound) to \(Int(Self.range.upperBound)), such as 0.2.")
        }
        guard mixup != nil || cutmix != nil, classes >= 1 else {
            throw FoveaError(
                .usage, "Mixing batches takes an alpha for mixup or cutmix, and at least one class.",
                remedy: "Give one, or leave mixing out.")
        }
        (self.mixup, self.cutmix, self.classes) = (mixup, cutmix, classes)
    }

    /// A way to mix a batch.
    enum Mixture: Hashable {
        /// λ, the weight of each example itself.
        case blend(Double)
        /// The rows and columns that come from the other example.
        case box(rows: Range<Int>, columns: Range<Int>)
    }

    /// Draws how to mix a batch of images of a size.
    func mixture(height: Int, width: Int, random: CounterBasedGenerator) -> Mixture {
        var stream = random.stream
        let isBlend = mixup != nil && (cutmix == nil || stream.isTrue(withProbability: 0.5))
        if isBlend, let mixup { return .blend(stream.dirichlet(mixup, count: 2)[0]) }
        let lambda = stream.dirichlet(cutmix ?? 1, count: 2)[0]
        let half = 0.5 * (1 - lambda).squareRoot()
        func side(_ length: Int) -> Range<Int> {
            let middle = stream.integer(below: length)
            let reach = Int(half * Double(length))
            return max(middle - reach, 0)..<min(middle + reach, length)
        }
        let columns = side(width)
        return .box(rows: side(height), columns: columns)
    }

    /// The batch with its examples mixed.
    ///
    /// - Throws: ``FoveaError`` when the batch has no standardized images, or not one of ``classes`` for each.
    func mixed(_ batch: Batch, random: CounterBasedGenerator) throws -> Batch {
        let shape = try imagesShape(of: batch)
        return try mixed(batch, by: mixture(height: shape[2], width: shape[3], random: random))
    }

    func mixed(_ batch: Batch, by mixture: Mixture) throws -> Batch {
        let shape = try imagesShape(of: batch)
        var values = batch.values
        values[Batch.imagesName] = try batch.images.mixed(mixture)
        values[Batch.labelsName] = try softTargets(batch, mixture.weight(inImagesOf: shape))
        return batch.with(values)
    }

    private func imagesShape(of batch: Batch) throws -> Shape {
        let images = try batch.images
        guard images.dataType == .float32, images.shape.rank == 4 else {
            throw FoveaError(
                .usage, "Batches of \(images.type) cannot be mixed.",
                remedy: "Mix standardized images, float32 [batch, channels, height, width].")
        }
        return images.shape
    }

    /// weight · onehot(yᵢ) + (1 − weight) · onehot(yᵢ₋₁)
    private func softTargets(_ batch: Batch, _ weight: Double) throws -> Tensor {
        let given = try batch.labels
        guard let labels = given.elements(as: Int32.self), given.shape.rank == 1,
            labels.allSatisfy({ (0..<classes).contains(Int($0)) })
        else {
            throw FoveaError(
                .badData, "The labels of a batch are not one of \(classes) class indices for each example.",
                remedy: "Mix examples whose labels count the classes from 0.")
        }
        var targets = [Float](repeating: 0, count: labels.count * classes)
        for row in labels.indices {
            let other = labels[row == 0 ? labels.count - 1 : row - 1]
            targets[row * classes + Int(labels[row])] += Float(weight)
            targets[row * classes + Int(other)] += Float(1 - weight)
        }
        return try Tensor(Shape(validating: [labels.count, classes]), targets)
    }
}

extension BatchMixing.Mixture {
    /// The part of the result that is the example's own.
    fileprivate func weight(inImagesOf shape: Shape) -> Double {
        switch self {
        case .blend(let weight): weight
        case .box(let rows, let columns): 1 - Double(rows.count * columns.count) / Double(shape[2] * shape[3])
        }
    }
}

extension Tensor {
    /// Images [batch, channels, height, width], float32, each mixed with the one before it.
    fileprivate func mixed(_ mixture: BatchMixing.Mixture) -> Tensor {
        let (count, height, width) = (shape[0], shape[2], shape[3])
        let size = shape.elementCount / count
        // Safe: both hold `size` floats for each image, and every one of the result is written.
        return unsafe Tensor(type) { memory in
            let result = unsafe memory.assumingMemoryBound(to: Float.self)
            unsafe withBytes { bytes in
                let images = unsafe bytes.assumingMemoryBound(to: Float.self)
                for row in 0..<count {
                    let (own, other) = (row * size, (row == 0 ? count - 1 : row - 1) * size)
                    switch mixture {
                    case .blend(let weight):
                        let (weight, rest) = (Float(weight), Float(1 - weight))
                        for index in 0..<size {
                            unsafe result[own + index] = images[other + index] * rest + images[own + index] * weight
                        }
                    case .box(let rows, let columns):
                        for index in 0..<size { unsafe result[own + index] = images[own + index] }
                        for line in 0..<size / width where rows.contains(line % height) {
                            for column in columns {
                                let index = line * width + column
                                unsafe result[own + index] = images[other + index]
                            }
                        }
                    }
                }
            }
        }
    }
}
