import CFoveaDownload
import FoveaData
import FoveaFoundation

/// The SHA-256 sum of a file, by OpenSSL's libcrypto, which is opened when it is first needed.
enum SHA256 {
    private static let pieceSize = 1 << 20

    /// The sum of a regular file in hexadecimal digits.
    ///
    /// - Parameter progress: receives the number of bytes read so far.
    /// - Throws: ``FoveaError`` when the file cannot be read, or libcrypto cannot be opened.
    static func ofFile(at path: String, progress: (Int) -> Void = { _ in }) throws -> String {
        var file = try FileReader(path: path)
        guard let state = unsafe fovea_sha256_begin() else {
            throw FoveaError(
                .unavailable, "Checking a file takes OpenSSL's libcrypto, which cannot be opened.",
                remedy: "Install it; on Debian: apt install libssl3.")
        }
        var sum = [UInt8](repeating: 0, count: 32)
        var (done, isSound) = (0, true)
        do {
            while isSound {
                let piece = try file.read(upTo: pieceSize)
                if piece.isEmpty { break }
                // Safe: the call reads the bytes of the array, which outlives it.
                isSound = unsafe piece.withUnsafeBytes { unsafe fovea_sha256_add(state, $0.baseAddress, $0.count) }
                done += piece.count
                progress(done)
            }
        } catch {
            unsafe fovea_sha256_end(state, nil)
            throw error
        }
        // Safe: the call writes 32 bytes, which the array has, and the state is used no more.
        let isDone = unsafe sum.withUnsafeMutableBufferPointer { unsafe fovea_sha256_end(state, $0.baseAddress) }
        guard isSound, isDone else {
            throw FoveaError(.unavailable, "libcrypto cannot compute the SHA-256 sum of \(quoted(path)).")
        }
        return sum.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
