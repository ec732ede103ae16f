import CZlib

/// The CRC-32 of gzip and PNG over bytes that come in pieces.
struct Checksum: CustomStringConvertible {
    private(set) var value: UInt32 = 0

    mutating func update(with bytes: ArraySlice<UInt8>) {
        // zlib takes an empty buffer, which has no address, for a request to start again.
        guard !bytes.isEmpty else { return }
        // Safe: zlib reads as many bytes as the borrowed buffer has, and keeps no pointer.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            value = UInt32(truncatingIfNeeded: unsafe crc32_z(UInt(value), buffer.baseAddress, buffer.count))
        }
    }

    mutating func update(withLittleEndian value: some FixedWidthInteger) {
        // Safe: the bytes are those of a number on the stack, and zlib keeps no pointer.
        unsafe withUnsafeBytes(of: value.littleEndian) { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: Bytef.self)
            self.value = UInt32(truncatingIfNeeded: unsafe crc32_z(UInt(self.value), start, bytes.count))
        }
    }

    /// Eight hexadecimal digits.
    var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
