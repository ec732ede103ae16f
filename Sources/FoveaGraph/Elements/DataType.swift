/// The type of a tensor's elements: one row of a table with everything that defines it.
///
/// A new type is a case, its row, and a ``TensorElement`` that converts numbers to it.
public enum DataType: String, Hashable, Sendable, CaseIterable {
    case float32, float64, float16, bfloat16, int8, uint8, int32, int64, bool

    /// The kind of the elements.
    public enum Kind: Hashable, Sendable {
        /// Rounded numbers, which have gradients.
        case floatingPoint
        case integer
        /// True or false.
        case boolean
    }

    struct Row {
        let shortName: String
        let safetensorsName: String
        let kind: Kind
        let element: any TensorElementLoops.Type
    }

    /// The table.
    var row: Row {
        switch self {
        case .float32: Row(shortName: "f32", safetensorsName: "F32", kind: .floatingPoint, element: Float.self)
        case .float64: Row(shortName: "f64", safetensorsName: "F64", kind: .floatingPoint, element: Double.self)
        case .float16: Row(shortName: "f16", safetensorsName: "F16", kind: .floatingPoint, element: HalfFloat.self)
        case .bfloat16: Row(shortName: "bf16", safetensorsName: "BF16", kind: .floatingPoint, element: BFloat16.self)
        case .int8: Row(shortName: "i8", safetensorsName: "I8", kind: .integer, element: Int8.self)
        case .uint8: Row(shortName: "u8", safetensorsName: "U8", kind: .integer, element: UInt8.self)
        case .int32: Row(shortName: "i32", safetensorsName: "I32", kind: .integer, element: Int32.self)
        case .int64: Row(shortName: "i64", safetensorsName: "I64", kind: .integer, element: Int64.self)
        case .bool: Row(shortName: "bool", safetensorsName: "BOOL", kind: .boolean, element: TruthValue.self)
        }
    }

    /// The size of one element in bytes.
    public var byteCount: Int { row.element.byteCount }

    public var kind: Kind { row.kind }

    /// True for the types that have gradients.
    public var isFloatingPoint: Bool { kind == .floatingPoint }

    /// The short name that the graph printer uses: `f32`, `bf16`, `i64`, `bool`.
    public var shortName: String { row.shortName }

    /// The name in the safetensors format: `F32`, `BF16`, `I64`, `BOOL`.
    public var safetensorsName: String { row.safetensorsName }
}

extension DataType {
    /// True when no element of these bytes, in the machine's order, is NaN or infinite.
    package func isFinite(_ bytes: UnsafeRawBufferPointer) -> Bool { unsafe row.element.areFinite(bytes) }

    /// Writes the elements of these bytes as elements of another type, each rounded once, or clamped.
    ///
    /// - Parameter memory: as many bytes as the elements take in their new type.
    package func convert(
        _ bytes: UnsafeRawBufferPointer, to other: DataType, _ memory: UnsafeMutableRawBufferPointer
    ) {
        if self == other {
            unsafe memory.copyMemory(from: bytes)
        } else if other == .float32 {
            // Not by way of Double, which may round an int64 first.
            unsafe row.element.copyFloats(from: bytes, to: memory)
        } else {
            unsafe other.write(row.element.doubles(in: bytes), to: memory)
        }
    }

    /// Writes numbers as elements of this type, each rounded once, or clamped.
    ///
    /// - Parameter memory: as many bytes as the elements take.
    package func write(_ numbers: [Double], to memory: UnsafeMutableRawBufferPointer) {
        unsafe row.element.write(numbers, to: memory)
    }
}
