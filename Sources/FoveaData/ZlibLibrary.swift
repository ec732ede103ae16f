import CZlib
import FoveaGraph

/// The library that decompresses gzip files and zlib's own streams.
public enum ZlibLibrary {
    /// Its version, such as `1.2.13`.
    public static var version: String {
        // Safe: zlib returns a constant string, which is copied at once.
        unsafe String(cString: zlibVersion())
    }

    /// The content of a zlib stream that is held in memory.
    ///
    /// - Throws: ``FoveaError`` when the stream is not sound, or has more than `limit` bytes.
    package static func inflated(_ stream: ArraySlice<UInt8>, limit: Int) throws -> [UInt8] {
        let input = Array(stream)
        var status = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, count in
            var length = uLongf(limit)
            // Safe: zlib reads the bytes of the input and writes at most `length` bytes, which the buffer has.
            status = unsafe uncompress(target.baseAddress, &length, input, uLong(input.count))
            count = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else {
            throw FoveaError(
                .badData, "The zlib stream is not sound (status \(status)).", remedy: "Copy or download it again.")
        }
        return output
    }

    /// The content of a deflate stream without header and trailer, which has exactly `size` bytes.
    ///
    /// - Throws: ``FoveaError`` when the stream is not sound or has another size.
    package static func inflated(raw stream: ArraySlice<UInt8>, size: Int) throws -> [UInt8] {
        var input = Array(stream)
        guard let inputCount = UInt32(exactly: input.count), let outputCount = UInt32(exactly: size) else {
            throw FoveaError(.badData, "A deflate stream has 4 GiB or more.", remedy: "Divide the file.")
        }
        var status = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            unsafe input.withUnsafeMutableBufferPointer { source in
                var state = unsafe z_stream()
                // A negative window: no header and no trailer.
                status = unsafe inflateInit2_(
                    &state, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                guard status == Z_OK else { return }
                defer { unsafe inflateEnd(&state) }
                // Safe: zlib reads at most avail_in and writes at most avail_out bytes, which are those that the buffers have.
                unsafe state.next_in = source.baseAddress
                unsafe state.avail_in = inputCount
                unsafe state.next_out = target.baseAddress
                unsafe state.avail_out = outputCount
                status = unsafe inflate(&state, Z_FINISH)
                count = unsafe status == Z_STREAM_END && state.avail_out == 0 ? size : 0
            }
        }
        guard status == Z_STREAM_END, output.count == size else {
            throw FoveaError(
                .badData, "The deflate stream is not sound (status \(status)).", remedy: "Copy or download it again.")
        }
        return output
    }
}
