import CZlib

/// Tells contents apart: the number of bytes and two checksums of them. Equal contents have equal digests; contents that
/// differ by chance have equal ones with a probability of about 2⁻⁶⁴, those that somebody made alike with any.
struct ContentDigest: Hashable, Sendable {
    private let count: Int
    private let crc: UInt32
    private let adler: UInt32

    init(_ bytes: ArraySlice<UInt8>) {
        count = bytes.count
        var checksum = Checksum()
        checksum.update(with: bytes)
        crc = checksum.value
        // Safe: zlib reads as many bytes as the borrowed buffer has, and keeps no pointer.
        adler = unsafe bytes.withUnsafeBufferPointer {
            UInt32(truncatingIfNeeded: unsafe adler32_z(1, $0.baseAddress, $0.count))
        }
    }
}
