import CZlib

/// Packs bytes as gzip does.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var input = bytes
    var stream = unsafe z_stream()
    unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    let capacity = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
    // Safe: zlib reads avail_in and writes at most avail_out bytes, the sizes of the two buffers, in one call; the stream
    // does not move between the calls.
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
        unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = output.baseAddress
            unsafe stream.avail_out = UInt32(capacity)
            let status = unsafe deflate(&stream, Z_FINISH)
            precondition(status == Z_STREAM_END, "the bound is large enough")
        }
        count = unsafe capacity - Int(stream.avail_out)
        unsafe deflateEnd(&stream)
    }
}
