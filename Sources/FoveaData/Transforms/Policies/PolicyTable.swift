/// The magnitudes of one operation in a policy.
struct Magnitudes: Hashable, Sendable {
    /// From weak to strong; empty where the operation has none.
    let values: [Double]
    /// Whether each magnitude is negated in half of the cases.
    let isSigned: Bool

    /// The operation is always the same.
    static let none = Magnitudes(values: [], isSigned: false)

    /// `count` numbers at equal distances.
    static func even(_ first: Double, _ last: Double, _ count: Int, isSigned: Bool = true) -> Magnitudes {
        // In single precision, from both ends and rounded once, as PyTorch's `linspace`: pixels are cut off to whole ones, so
        // that the last bit counts.
        let (first, last) = (Float(first), Float(last))
        let step = (last - first) / Float(count - 1)
        let values = (0..<count).map { index in
            index < count / 2
                ? first.addingProduct(step, Float(index)) : last.addingProduct(-step, Float(count - 1 - index))
        }
        return Magnitudes(values: values.map { Double($0) }, isSigned: isSigned)
    }

    /// `count` numbers of bits from `most` down by `range`.
    static func bits(_ most: Int, downBy range: Int, _ count: Int) -> Magnitudes {
        let values = (0..<count).map { index in
            Double(most) - (Double(index) / (Double(count - 1) / Double(range))).rounded(.toNearestOrEven)
        }
        return Magnitudes(values: values, isSigned: false)
    }
}

/// The operations of a policy in their order, each with its magnitudes.
struct PolicyTable: Sendable {
    let rows: [(operation: PolicyOperation, magnitudes: Magnitudes)]

    subscript(operation: PolicyOperation) -> Magnitudes {
        rows.first { $0.operation == operation }?.magnitudes ?? .none
    }

    /// AutoAugment's and RandAugment's: up to 17° of shear, 150/331 of the image's size, 30° and 4 bits.
    static func learned(_ count: Int, height: Int, width: Int) -> PolicyTable {
        func pixels(_ length: Int) -> Magnitudes { .even(0, 150.0 / 331 * Double(length), count) }
        return PolicyTable(rows: [
            (.identity, .none), (.shearX, .even(0, 0.3, count)), (.shearY, .even(0, 0.3, count)),
            (.translateX, pixels(width)), (.translateY, pixels(height)), (.rotate, .even(0, 30, count)),
            (.brightness, .even(0, 0.9, count)), (.color, .even(0, 0.9, count)), (.contrast, .even(0, 0.9, count)),
            (.sharpness, .even(0, 0.9, count)), (.posterize, .bits(8, downBy: 4, count)),
            (.solarize, .even(255, 0, count, isSigned: false)), (.autoContrast, .none), (.equalize, .none),
        ])
    }

    /// TrivialAugment's wide table, the same for all sizes: up to 45° of shear, 32 pixels, 135° and 6 bits.
    static func wide(_ count: Int) -> PolicyTable {
        PolicyTable(rows: [
            (.identity, .none), (.shearX, .even(0, 0.99, count)), (.shearY, .even(0, 0.99, count)),
            (.translateX, .even(0, 32, count)), (.translateY, .even(0, 32, count)), (.rotate, .even(0, 135, count)),
            (.brightness, .even(0, 0.99, count)), (.color, .even(0, 0.99, count)), (.contrast, .even(0, 0.99, count)),
            (.sharpness, .even(0, 0.99, count)), (.posterize, .bits(8, downBy: 6, count)),
            (.solarize, .even(255, 0, count, isSigned: false)), (.autoContrast, .none), (.equalize, .none),
        ])
    }

    /// AugMix's, of ten magnitudes: up to a third of the image's size and down to no bits.
    static func mixed(height: Int, width: Int, hasColorChanges: Bool) -> PolicyTable {
        func pixels(_ length: Int) -> Magnitudes { .even(0, Double(length) / 3, 10) }
        let colorChanges: [PolicyOperation] = hasColorChanges ? [.brightness, .color, .contrast, .sharpness] : []
        return PolicyTable(
            rows: [
                (.shearX, .even(0, 0.3, 10)), (.shearY, .even(0, 0.3, 10)), (.translateX, pixels(width)),
                (.translateY, pixels(height)), (.rotate, .even(0, 30, 10)), (.posterize, .bits(4, downBy: 4, 10)),
                (.solarize, .even(255, 0, 10, isSigned: false)), (.autoContrast, .none), (.equalize, .none),
            ] + colorChanges.map { ($0, .even(0, 0.9, 10)) })
    }
}
