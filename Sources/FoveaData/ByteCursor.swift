import FoveaGraph

/// Reads numbers from bytes of outside origin, one after the other. What is not there is an error, never a trap.
struct ByteCursor: ~Copyable {
    private let bytes: [UInt8]
    /// The number of bytes that were read.
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter field: what the byte is, for the error.
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
