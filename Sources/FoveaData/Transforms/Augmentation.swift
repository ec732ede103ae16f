import FoveaGraph

/// A usual way to augment the images of a training part, by the name that `--augment` gives it.
///
/// Images of any size, which the model's preprocessing resizes, get a ``RandomResizedCrop`` of 0.35 to 1 of their area in place of
/// that. Images that have the model's size already are cut out of themselves with a margin of 4 black pixels (``RandomCrop``).
/// Both are mirrored in half of the cases, unless the classes are characters: their names are one letter or digit each.
///
/// Source: the recipes of torchvision's reference training for photographs; He et al., "Deep Residual Learning for Image
/// Recognition", CVPR 2016, for small images.
public struct Augmentation: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// No augmentation.
        case none
        /// Mirror images only, whatever the classes are.
        case flip
        /// Crops and mirror images.
        case crop
        /// Crops and mirror images; for images that are resized also a ``ColorJitter`` of brightness, contrast and saturation by
        /// up to 0.2.
        case standard
        /// Crops, mirror images and ``RandAugment``.
        case randaugment
        /// Crops, mirror images and ``TrivialAugmentWide``.
        case trivial
        /// Crops, mirror images and ``AugMix``.
        case augmix
    }

    public let kind: Kind
    /// The probability with which ``RandomErasing`` erases a part of an image.
    public let erasing: Double
    /// Whether mirror images are examples of the same class.
    private let mirrors: Bool

    /// - Parameters:
    ///   - classNames: the names of the data's classes.
    ///   - erasing: the probability with which a part of an image is erased.
    /// - Throws: ``FoveaError`` when that is no probability.
    public init(_ kind: Kind, classNames: [String], erasing: Double = 0) throws {
        try expectProbability(erasing, of: "erasing")
        (self.kind, self.erasing) = (kind, erasing)
        mirrors = kind == .flip || kind != .none && !Self.areCharacters(classNames)
    }

    private static func areCharacters(_ classNames: [String]) -> Bool {
        !classNames.isEmpty && classNames.allSatisfy { $0.count == 1 }
    }

    /// The augmentation for few epochs from trained weights: mirror images, where they are examples of the same class.
    ///
    /// In few epochs crops and jitter cost more than they bring.
    public static func forFineTuning(classNames: [String]) -> Kind { areCharacters(classNames) ? .none : .flip }

    /// All transforms of a training example, the preprocessing included, in their order.
    ///
    /// - Throws: ``FoveaError`` when a size is out of range.
    public func transforms(for preprocessing: Preprocessing) throws -> [any Transform] {
        let changes = try changes(for: preprocessing)
        guard !changes.isEmpty else { return [preprocessing] }
        return try [sizing(for: preprocessing)].compactMap { $0 } + changes + [preprocessing.withoutSizing]
    }

    private var crops: Bool { kind != .none && kind != .flip }

    /// The transform that brings an image to the model's size.
    private func sizing(for preprocessing: Preprocessing) throws -> (any Transform)? {
        guard crops, preprocessing.sizing != nil else { return preprocessing.sizing }
        return try RandomResizedCrop(height: preprocessing.height, width: preprocessing.width, scale: 0.35...1)
    }

    /// The transforms of an image that has the model's size.
    private func changes(for preprocessing: Preprocessing) throws -> [any Transform] {
        var changes: [any Transform] = []
        if crops, preprocessing.sizing == nil {
            changes.append(try RandomCrop(height: preprocessing.height, width: preprocessing.width, padding: 4))
        }
        if mirrors { changes.append(try RandomHorizontalFlip()) }
        switch kind {
        case .none, .flip, .crop: break
        case .standard:
            if preprocessing.sizing != nil {
                changes.append(try ColorJitter(brightness: 0.2, contrast: 0.2, saturation: 0.2))
            }
        case .randaugment: changes.append(try RandAugment())
        case .trivial: changes.append(try TrivialAugmentWide())
        case .augmix: changes.append(try AugMix())
        }
        if erasing > 0 {
            let mean = preprocessing.mean.map { UInt8(min(max($0 * 255, 0), 255).rounded()) }
            changes.append(try RandomErasing(probability: erasing, fill: mean))
        }
        return changes
    }
}
