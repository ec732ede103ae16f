extension AutoAugment.Policy {
    /// The pairs of operations, of which one is applied, as torchvision has them.
    var pairs: [[AutoAugment.Step]] {
        switch self {
        case .imageNet: Self.imageNetPairs
        case .cifar10: Self.cifar10Pairs
        }
    }

    private static let imageNetPairs: [[AutoAugment.Step]] = [
        [step(.posterize, 0.4, 8), step(.rotate, 0.6, 9)],
        [step(.solarize, 0.6, 5), step(.autoContrast, 0.6)],
        [step(.equalize, 0.8), step(.equalize, 0.6)],
        [step(.posterize, 0.6, 7), step(.posterize, 0.6, 6)],
        [step(.equalize, 0.4), step(.solarize, 0.2, 4)],
        [step(.equalize, 0.4), step(.rotate, 0.8, 8)],
        [step(.solarize, 0.6, 3), step(.equalize, 0.6)],
        [step(.posterize, 0.8, 5), step(.equalize, 1)],
        [step(.rotate, 0.2, 3), step(.solarize, 0.6, 8)],
        [step(.equalize, 0.6), step(.posterize, 0.4, 6)],
        [step(.rotate, 0.8, 8), step(.color, 0.4, 0)],
        [step(.rotate, 0.4, 9), step(.equalize, 0.6)],
        [step(.equalize, 0), step(.equalize, 0.8)],
        [step(.invert, 0.6), step(.equalize, 1)],
        [step(.color, 0.6, 4), step(.contrast, 1, 8)],
        [step(.rotate, 0.8, 8), step(.color, 1, 2)],
        [step(.color, 0.8, 8), step(.solarize, 0.8, 7)],
        [step(.sharpness, 0.4, 7), step(.invert, 0.6)],
        [step(.shearX, 0.6, 5), step(.equalize, 1)],
        [step(.color, 0.4, 0), step(.equalize, 0.6)],
        [step(.equalize, 0.4), step(.solarize, 0.2, 4)],
        [step(.solarize, 0.6, 5), step(.autoContrast, 0.6)],
        [step(.invert, 0.6), step(.equalize, 1)],
        [step(.color, 0.6, 4), step(.contrast, 1, 8)],
        [step(.equalize, 0.8), step(.equalize, 0.6)],
    ]

    private static let cifar10Pairs: [[AutoAugment.Step]] = [
        [step(.invert, 0.1), step(.contrast, 0.2, 6)],
        [step(.rotate, 0.7, 2), step(.translateX, 0.3, 9)],
        [step(.sharpness, 0.8, 1), step(.sharpness, 0.9, 3)],
        [step(.shearY, 0.5, 8), step(.translateY, 0.7, 9)],
        [step(.autoContrast, 0.5), step(.equalize, 0.9)],
        [step(.shearY, 0.2, 7), step(.posterize, 0.3, 7)],
        [step(.color, 0.4, 3), step(.brightness, 0.6, 7)],
        [step(.sharpness, 0.3, 9), step(.brightness, 0.7, 9)],
        [step(.equalize, 0.6), step(.equalize, 0.5)],
        [step(.contrast, 0.6, 7), step(.sharpness, 0.6, 5)],
        [step(.color, 0.7, 7), step(.translateX, 0.5, 8)],
        [step(.equalize, 0.3), step(.autoContrast, 0.4)],
        [step(.translateY, 0.4, 3), step(.sharpness, 0.2, 6)],
        [step(.brightness, 0.9, 6), step(.color, 0.2, 8)],
        [step(.solarize, 0.5, 2), step(.invert, 0)],
        [step(.equalize, 0.2), step(.autoContrast, 0.6)],
        [step(.equalize, 0.2), step(.equalize, 0.6)],
        [step(.color, 0.9, 9), step(.equalize, 0.6)],
        [step(.autoContrast, 0.8), step(.solarize, 0.2, 8)],
        [step(.brightness, 0.1, 3), step(.color, 0.7, 0)],
        [step(.solarize, 0.4, 5), step(.autoContrast, 0.9)],
        [step(.translateY, 0.9, 9), step(.translateY, 0.7, 9)],
        [step(.autoContrast, 0.9), step(.solarize, 0.8, 3)],
        [step(.equalize, 0.8), step(.invert, 0.1)],
        [step(.translateY, 0.7, 9), step(.autoContrast, 0.9)],
    ]

    private static func step(_ operation: PolicyOperation, _ probability: Double, _ bin: Int? = nil) -> AutoAugment.Step
    {
        AutoAugment.Step(operation: operation, probability: probability, bin: bin)
    }
}
