/// The type of a tensor's elements.
public enum DataType: String, Hashable, Sendable, CaseIterable {
    case float32, float64, int32, int64, uint8

    /// The size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .uint8: 1
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// True for the types that have gradients.
    public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

    /// The short name that the graph printer uses: `f32`, `i64`, `u8`.
    public var shortName: String {
        switch self {
        case .float32: "f32"
        case .float64: "f64"
        case .int32: "i32"
        case .int64: "i64"
        case .uint8: "u8"
        }
    }
}
