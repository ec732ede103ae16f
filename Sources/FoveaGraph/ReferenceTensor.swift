/// A tensor of the reference evaluation: elements in Double, whatever the tensor's type.
///
/// Integers up to 2^53 are exact in Double. The reference backend rounds each result once to its type.
public struct ReferenceTensor: Sendable {
    public let shape: Shape
    public var elements: [Double]

    public init(_ shape: Shape, _ elements: [Double]) {
        precondition(elements.count == shape.elementCount, "as many elements as the shape has")
        self.shape = shape
        self.elements = elements
    }

    public init(_ shape: Shape, repeating value: Double = 0) {
        self.init(shape, [Double](repeating: value, count: shape.elementCount))
    }

    public var count: Int { elements.count }

    public func map(_ transform: (Double) -> Double) -> ReferenceTensor {
        ReferenceTensor(shape, elements.map(transform))
    }

    @inline(__always)
    public subscript(row: Int, column: Int) -> Double {
        get { elements[row * shape[1] + column] }
        set { elements[row * shape[1] + column] = newValue }
    }
}
