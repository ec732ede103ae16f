/// The extents of a tensor, outermost first; images are `[batch, channels, height, width]`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public let dimensions: [Int]
    /// The product of the dimensions; 1 for a scalar, which has no dimensions.
    public let elementCount: Int

    /// The largest number of elements a tensor may have (2^40): far above any memory, far below integer overflow.
    public static let maximumElementCount = 1 << 40

    /// A shape whose sizes may come from a file or a user.
    ///
    /// - Throws: ``FoveaError`` when a dimension is negative or the element count exceeds ``maximumElementCount``.
    public init(validating dimensions: [Int]) throws {
        guard let count = Self.checkedCount(dimensions) else {
            let text = dimensions.map(String.init).joined(separator: "×")
            let fault = dimensions.contains { $0 < 0 } ? "a negative dimension" : "more than 2^40 elements"
            throw FoveaError(
                .badData, "The shape \(text) has \(fault).", remedy: "Check the sizes that lead to it.")
        }
        self.dimensions = dimensions
        self.elementCount = count
    }

    /// A shape from sizes that are known to be sound.
    public init(_ dimensions: [Int]) {
        guard let count = Self.checkedCount(dimensions) else {
            preconditionFailure("Shape.init needs sound dimensions; sizes from outside go through init(validating:)")
        }
        self.dimensions = dimensions
        self.elementCount = count
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    private static func checkedCount(_ dimensions: [Int]) -> Int? {
        var count = 1
        var nonzeroCount = 1
        for dimension in dimensions {
            guard dimension >= 0 else { return nil }
            let (product, overflow) = nonzeroCount.multipliedReportingOverflow(by: max(dimension, 1))
            guard !overflow, product <= maximumElementCount else { return nil }
            nonzeroCount = product
            count *= dimension
        }
        return count
    }

    public var rank: Int { dimensions.count }
    public subscript(axis: Int) -> Int { dimensions[axis] }

    /// The distance in elements between neighbours along each axis of a tensor stored row by row.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// `16×5×5`; a scalar prints as `scalar`.
    public var description: String {
        dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×")
    }
}
