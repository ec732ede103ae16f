/// Bytes that are read from front to end.
package protocol ByteSource: ~Copyable {
    /// The next bytes: `count` of them, or fewer at the end.
    mutating func read(upTo count: Int) throws -> [UInt8]
}
