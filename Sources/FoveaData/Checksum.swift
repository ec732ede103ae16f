import CZlib

/// The CRC-32 of gzip and PNG over bytes that come in pieces.
package struct Checksum: CustomStringConvertible, Sendable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(with bytes: ArraySlice<UInt8>) {
        // Safe: the buffer is borrowed for the length of the call.
        unsafe bytes.withUnsafeBytes { unsafe update(with: $0) }
    }

    @unsafe package mutating func update(with bytes: UnsafeRawBufferPointer) {
        // zlib takes an empty buffer, which has no address, for a request to start again.
        guard unsafe !bytes.isEmpty else { return }
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: Bytef.self)
        // Safe: zlib reads as many bytes as the buffer has, and keeps no pointer.
        value = UInt32(truncatingIfNeeded: unsafe crc32_z(UInt(value), start, bytes.count))
    }

    package mutating func update(withLittleEndian value: some FixedWidthInteger) {
        // Safe: the bytes are those of a number on the stack, and zlib keeps no pointer.
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe update(with: $0) }
    }

    /// Eight hexadecimal digits.
    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
