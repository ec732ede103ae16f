/// The type of a tensor, known when the network is compiled: its shape and the type of its elements.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
    public let shape: Shape
    public let dataType: DataType

    public init(_ shape: Shape, _ dataType: DataType = .float32) {
        self.shape = shape
        self.dataType = dataType
    }

    public static func float32(_ shape: Shape) -> TensorType { TensorType(shape, .float32) }

    /// The size in bytes of a dense tensor of this type.
    public var byteCount: Int { shape.elementCount * dataType.byteCount }

    /// `f32[8×6×24×24]`.
    public var description: String {
        "\(dataType.shortName)[\(shape.rank == 0 ? "" : shape.description)]"
    }
}
