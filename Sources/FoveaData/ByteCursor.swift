import FoveaGraph

/// Reads numbers from bytes of outside origin, in order. Reading past the end is an error, never a trap.
struct ByteCursor: ~Copyable {
    private let bytes: [UInt8]
    /// The number of bytes read.
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter field: name of the byte's field, for the error.
    mutating func byte(_ field: String) throws -> UInt8 {
        guard offset < bytes.count else {
            throw FoveaError(
                .badData, "The file ends at byte \(bytes.count), within its \(field).",
                remedy: "Copy or download it again.")
        }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func bigEndianUInt32(_ field: String) throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 { value = value << 8 | UInt32(try byte(field)) }
        return value
    }
}
