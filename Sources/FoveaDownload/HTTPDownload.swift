import CFoveaDownload
import FoveaFoundation

/// A download of one file of known size over HTTP, which goes on from what is there already.
struct HTTPDownload {
    let url: String
    let byteCount: Int
    let partial: PartialFile
    /// The number of seconds without a byte after which the transfer ends.
    let patience: Int

    /// Whether bytes of an earlier transfer are part of the result.
    private(set) var isResumed = false

    init(url: String, byteCount: Int, partial: PartialFile, patience: Int) {
        (self.url, self.byteCount, self.partial, self.patience) = (url, byteCount, partial, patience)
    }

    /// - Parameter progress: receives the number of bytes of the file that are there.
    /// - Throws: ``FoveaError`` where the file cannot be received whole; what is there of it is kept.
    mutating func run(progress: (Int) -> Void) throws {
        guard fovea_has_curl() else {
            throw FoveaError(
                .unavailable, "Downloading takes libcurl, which cannot be opened.",
                remedy:
                    "Install it (on Debian: apt install libcurl4), or download \(quoted(url)) by other means and give its "
                    + "folder with --from.")
        }
        if partial.byteCount > byteCount { partial.remove() }
        let offset = partial.byteCount
        if offset == byteCount {
            isResumed = true
            return
        }
        let status = try request(from: offset, progress)
        if status == 416, offset > 0 {
            // The server's file ends before what is there.
            partial.remove()
            return try run(progress: progress)
        }
        isResumed = status == 206
    }

    /// The status of the response.
    private func request(from offset: Int, _ progress: (Int) -> Void) throws -> Int {
        try withoutActuallyEscaping(progress) { progress in
            let reception = HTTPReception(
                url: url, partial: partial, offset: offset, byteCount: byteCount, progress: progress)
            var message = [CChar](repeating: 0, count: Int(FOVEA_MESSAGE_SIZE))
            var status = 0
            let code = unsafe url.withCString { url in
                unsafe withOptionalCString(offset > 0 ? partial.etag : nil) { etag in
                    // Safe: the strings, the message and the receiver outlive the call, which keeps none of them.
                    var request = unsafe fovea_request(
                        url: url, offset: Int64(offset), etag: etag, patience: patience,
                        context: Unmanaged.passUnretained(reception).toOpaque(),
                        header: { context, line, count in
                            guard let context = unsafe context, let line = unsafe line else { return }
                            let bytes = unsafe UnsafeRawBufferPointer(start: line, count: count)
                            unsafe Unmanaged<HTTPReception>.fromOpaque(context).takeUnretainedValue()
                                .receive(header: String(decoding: bytes, as: UTF8.self))
                        },
                        content: { context, status, bytes, count in
                            guard let context = unsafe context else { return false }
                            return unsafe Unmanaged<HTTPReception>.fromOpaque(context).takeUnretainedValue()
                                .receive(UnsafeRawBufferPointer(start: bytes, count: count), status: status)
                        })
                    return unsafe fovea_send(&request, &status, &message)
                }
            }
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            try reception.check(status: status, code: code, message: text)
            return status
        }
    }

    private func withOptionalCString<Result>(
        _ text: String?, _ body: (UnsafePointer<CChar>?) throws -> Result
    ) rethrows -> Result {
        guard let text else { return try body(nil) }
        return try unsafe text.withCString { try unsafe body($0) }
    }
}
