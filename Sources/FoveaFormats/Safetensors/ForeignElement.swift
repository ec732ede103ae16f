import FoveaGraph

/// The element types of the safetensors format that no tensor has, under the format's names.
enum ForeignElement: String, CaseIterable {
    case int16 = "I16"
    case uint16 = "U16"
    case uint32 = "U32"
    case uint64 = "U64"
    case float8e4m3 = "F8_E4M3"
    case float8e5m2 = "F8_E5M2"
    case float8e8m0 = "F8_E8M0"
    case float8e4m3fnuz = "F8_E4M3FNUZ"
    case float8e5m2fnuz = "F8_E5M2FNUZ"
    case float6e2m3 = "F6_E2M3"
    case float6e3m2 = "F6_E3M2"
    case float4 = "F4"
    case complex64 = "C64"

    /// The size of an element.
    var bitCount: Int {
        switch self {
        case .float4: 4
        case .float6e2m3, .float6e3m2: 6
        case .float8e4m3, .float8e5m2, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz: 8
        case .int16, .uint16: 16
        case .uint32: 32
        case .uint64, .complex64: 64
        }
    }

    /// The next larger type, which holds such elements exactly; nil for elements that are not read.
    var dataType: DataType? {
        switch self {
        case .int16, .uint16: .int32
        case .uint32, .uint64: .int64
        case .float8e4m3, .float8e5m2, .float8e8m0: .float32
        case .float8e4m3fnuz, .float8e5m2fnuz, .float6e2m3, .float6e3m2, .float4, .complex64: nil
        }
    }
}
