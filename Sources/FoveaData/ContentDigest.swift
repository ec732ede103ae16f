import CZlib
import FoveaFoundation

/// Tells contents apart: the number of bytes and two checksums of them. Equal contents have equal digests; contents that
/// differ by chance have equal ones with a probability of about 2⁻⁶⁴, those that somebody made alike with any.
package struct ContentDigest: Hashable, Sendable {
    private let count: UInt64
    private let crc: UInt32
    private let adler: UInt32

    /// - Parameter numbers: what tells equal bytes apart: the extents of an image.
    package init(_ bytes: ArraySlice<UInt8>, _ numbers: [Int] = []) {
        count = UInt64(bytes.count)
        var checksum = Checksum()
        for number in numbers { checksum.update(withLittleEndian: Int64(number)) }
        checksum.update(with: bytes)
        crc = checksum.value
        // Safe: zlib reads as many bytes as the borrowed buffer has, and keeps no pointer.
        adler = unsafe bytes.withUnsafeBufferPointer {
            UInt32(truncatingIfNeeded: unsafe adler32_z(1, $0.baseAddress, $0.count))
        }
    }

    /// The digest of a text.
    package init(of text: String) { self.init(Array(text.utf8)[...]) }

    // MARK: As bytes

    package static let byteCount = 16

    /// Reads the digest that ``bytes`` gives.
    package init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == Self.byteCount, "a digest has 16 bytes")
        func number(_ range: Range<Int>) -> UInt64 {
            bytes.dropFirst(range.lowerBound).prefix(range.count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        count = number(0..<8)
        (crc, adler) = (UInt32(truncatingIfNeeded: number(8..<12)), UInt32(truncatingIfNeeded: number(12..<16)))
    }

    package var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: checksums >> (8 * $0)) }
    }

    /// Both checksums, as one number to draw random numbers by.
    package var checksums: UInt64 { UInt64(adler) << 32 | UInt64(crc) }

    /// 32 hexadecimal digits.
    package var text: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
