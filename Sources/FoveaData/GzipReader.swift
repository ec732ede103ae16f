import CZlib
import FoveaGraph

/// The decompressed bytes of a gzip file, produced only as they are requested: a small file that would expand to
/// terabytes costs no more than its reader requests.
///
/// Safe: the one pointer is private, allocated and released here.
@safe package struct GzipReader: ~Copyable, ByteSource {
    private var file: FileReader
    /// Compressed bytes read from the file.
    private var input: [UInt8] = []
    /// The number of bytes of `input` that are decompressed.
    private var consumed = 0
    /// The number of compressed bytes read before `input`.
    private var inputOffset = 0
    private var isAtEnd = false
    /// Allocated, because zlib's state points back to it: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    private static let chunkSize = 1 << 18

    package init(_ file: consuming FileReader) throws {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 + the largest window: a gzip header and trailer with a checksum are expected.
        let status = unsafe inflateInit2_(
            stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        self.file = file
        guard status == Z_OK else {
            throw FoveaError(.unavailable, "zlib cannot start to decompress (status \(status)).")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    package mutating func read(upTo count: Int) throws -> [UInt8] {
        var output: [UInt8] = []
        while output.count < count, !isAtEnd {
            if consumed == input.count, try !refill() {
                throw FoveaError(
                    .badData, "The gzip stream does not end within the file's \(file.size) bytes.",
                    remedy: "Copy or download it again.")
            }
            output += try inflated(upTo: min(count - output.count, Self.chunkSize))
        }
        return output
    }

    /// Reads more of the file; false at its end.
    private mutating func refill() throws -> Bool {
        inputOffset += input.count
        input = try file.read(upTo: Self.chunkSize)
        consumed = 0
        return !input.isEmpty
    }

    /// Skips to the next byte that is not zero; false where there is none.
    private mutating func skipZeros() throws -> Bool {
        while true {
            while consumed < input.count {
                if input[consumed] != 0 { return true }
                consumed += 1
            }
            if try !refill() { return false }
        }
    }

    /// The output of one call of zlib on the input at hand: at most `limit` bytes, possibly none.
    private mutating func inflated(upTo limit: Int) throws -> [UInt8] {
        var status = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, initialized in
            unsafe input.withUnsafeMutableBufferPointer { source in
                // Safe: zlib reads at most avail_in and writes at most avail_out bytes, which are those that the two
                // buffers have; both pointers are set before every call.
                unsafe stream.pointee.next_in = source.baseAddress?.advanced(by: consumed)
                unsafe stream.pointee.avail_in = UInt32(source.count - consumed)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(limit)
                status = unsafe inflate(stream, Z_NO_FLUSH)
                consumed = unsafe source.count - Int(stream.pointee.avail_in)
            }
            initialized = unsafe limit - Int(stream.pointee.avail_out)
        }
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            // A gzip file may hold several streams in succession; tapes and block devices pad with zeros.
            isAtEnd = try !skipZeros()
            if !isAtEnd { unsafe inflateReset(stream) }
        default:
            // Safe: zlib's message is a constant string.
            let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "status \(status)"
            throw FoveaError(
                .badData, "The gzip stream is not sound at byte \(inputOffset + consumed): \(reason).",
                remedy: "Copy or download it again.")
        }
        return output
    }
}
