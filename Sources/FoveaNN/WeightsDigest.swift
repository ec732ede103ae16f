import FoveaGraph
import OrderedCollections

extension Weights {
    /// 16 hexadecimal digits that tell weights apart: equal paths, types and bits in the same order have equal ones, others
    /// by chance with a probability of 2⁻⁶⁴.
    ///
    /// FNV-1a over words of 64 bits, mixed at the end; it does not protect against weights that somebody made to have it.
    ///
    /// Source: G. Fowler, L. Noll, K.-P. Vo, "The FNV Non-Cryptographic Hash Algorithm", RFC 9923.
    public var digest: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ word: UInt64) {
            hash = (hash ^ word) &* 0x0000_0100_0000_01b3
            // A product carries upward only: the upper half comes down.
            hash ^= hash >> 32
        }
        for (path, tensor) in tensors {
            for byte in path.utf8 { add(UInt64(byte)) }
            for extent in tensor.shape.dimensions { add(UInt64(truncatingIfNeeded: extent)) }
            for byte in tensor.dataType.shortName.utf8 { add(UInt64(byte)) }
            // Safe: words are read within the tensor's bytes.
            unsafe tensor.withBytes { bytes in
                let whole = bytes.count & ~7
                for start in stride(from: 0, to: whole, by: 8) {
                    add(unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian)
                }
                for index in whole..<bytes.count { add(unsafe UInt64(bytes[index])) }
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
