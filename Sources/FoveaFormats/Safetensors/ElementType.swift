import FoveaGraph

/// The element types of the safetensors format, under its names.
enum ElementType: String, CaseIterable {
    case boolean = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case int16 = "I16"
    case uint16 = "U16"
    case int32 = "I32"
    case uint32 = "U32"
    case int64 = "I64"
    case uint64 = "U64"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case float32 = "F32"
    case float64 = "F64"
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
        case .boolean, .uint8, .int8, .float8e4m3, .float8e5m2, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .int64, .uint64, .float64, .complex64: 64
        }
    }

    /// The type of the tensor that holds such elements exactly; nil for elements that are not read.
    var dataType: DataType? {
        switch self {
        case .boolean, .uint8: .uint8
        case .int8, .int16, .uint16, .int32: .int32
        case .uint32, .int64, .uint64: .int64
        case .float16, .bfloat16, .float32, .float8e4m3, .float8e5m2, .float8e8m0: .float32
        case .float64: .float64
        case .float8e4m3fnuz, .float8e5m2fnuz, .float6e2m3, .float6e3m2, .float4, .complex64: nil
        }
    }

    /// The type that a tensor is written as.
    init(_ dataType: DataType) {
        self =
            switch dataType {
            case .float32: .float32
            case .float64: .float64
            case .int64: .int64
            case .int32: .int32
            case .uint8: .uint8
            }
    }
}
