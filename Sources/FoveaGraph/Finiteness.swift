extension DataType {
    /// True when no element of these bytes, in the machine's order, is NaN or infinite.
    package func isFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Safe: the bytes are elements of the type, and whoever calls keeps them.
        switch self {
        case .float32: unsafe allFinite(bytes.assumingMemoryBound(to: UInt32.self), exponent: 0x7f80_0000)
        case .float64: unsafe allFinite(bytes.assumingMemoryBound(to: UInt64.self), exponent: 0x7ff0_0000_0000_0000)
        case .int32, .int64, .uint8: true
        }
    }
}

/// Whether no exponent has all bits set, which NaN and the infinities have.
///
/// Looks at blocks without leaving early: the loop inside then uses vectors, and large weights are read as fast as memory
/// gives them.
private func allFinite<Word: FixedWidthInteger & UnsignedInteger>(
    _ words: UnsafeBufferPointer<Word>, exponent: Word
) -> Bool {
    for start in stride(from: 0, to: words.count, by: 4096) {
        var largest: Word = 0
        // Safe: the indices are below the count.
        for index in start..<min(start + 4096, words.count) { unsafe largest = max(largest, words[index] & exponent) }
        if largest == exponent { return false }
    }
    return true
}
