public import ArgumentParser
public import FoveaData
import FoveaFormats
import FoveaGraph

/// The augmentation of the training part; validation and test see images as they are.
struct AugmentationOptions: ParsableArguments {
    @Option(
        help: """
            Augmentation of training images. flip: mirror images. standard: images that are resized get random crops of 0.35 to 1 \
            of their area and jitter of brightness, contrast and saturation by 0.2, others crops out of a margin of 4 pixels; both \
            are mirrored, unless the names of all classes are single letters or digits. crop: the same without jitter. randaugment, trivial, augmix: the same with \
            RandAugment, TrivialAugment or AugMix in place of the jitter. (default: none; in `fovea fine-tune` flip, where classes are not single letters or digits)
            """)
    var augment: Augmentation.Kind?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Mix the images of each batch in pairs, with weights from Beta(alpha, alpha), such as 0.2; 0 for not.",
            valueName: "alpha"))
    var mixup = 0.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Replace a box of each image by that of another of its batch, its area from Beta(alpha, alpha), such as 1; 0 for not. \
            With --mixup, each batch gets one of the two.
            """, valueName: "alpha"))
    var cutmix = 0.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Probability of erasing a rectangle of 0.02 to 0.33 of a training image's area.", valueName: "probability"))
    var randomErase = 0.0

    /// Whether images and batches stay as they are.
    var isEmpty: Bool {
        (augment ?? Augmentation.Kind.none) == Augmentation.Kind.none && mixup == 0 && cutmix == 0 && randomErase == 0
    }

    /// Throws ``FoveaError`` for numbers that are invalid whatever the data.
    func check() throws {
        guard (0...1).contains(randomErase) else {
            throw FoveaError(
                .usage, "--random-erase is \(randomErase).", remedy: "Use a probability from 0 to 1, such as 0.25.")
        }
        _ = try mixing(classes: 1)
    }

    /// The augmentation of images of these classes.
    ///
    /// - Parameter fallback: the augmentation where the options name none.
    func augmentation(classNames: [String], fallback: Augmentation.Kind = .none) throws -> Augmentation {
        try Augmentation(augment ?? fallback, classNames: classNames, erasing: randomErase)
    }

    /// The mixing of batches; nil where none is asked for.
    func mixing(classes: Int) throws -> BatchMixing? {
        guard mixup != 0 || cutmix != 0 else { return nil }
        return try BatchMixing(
            mixup: mixup == 0 ? nil : mixup, cutmix: cutmix == 0 ? nil : cutmix, classes: classes)
    }

    /// The settings by the names of their flags.
    func settings(fallback: Augmentation.Kind = .none) -> [(String, JSONValue)] {
        [
            ("augment", .string((augment ?? fallback).rawValue)), ("mixup", .number(mixup)),
            ("cutmix", .number(cutmix)),
            ("random-erase", .number(randomErase)),
        ]
    }
}

extension Augmentation.Kind: ExpressibleByArgument {}
