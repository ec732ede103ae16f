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
}
