import FoveaFoundation
import FoveaGraph

/// Receives the response to a request for a file, and decides from its header what becomes of the bytes.
final class HTTPReception {
    private let url: String
    private let partial: PartialFile
    private let offset: Int
    private let byteCount: Int
    private let progress: (Int) -> Void

    private(set) var status = 0
    private var etag: String?
    private var firstByte: Int?
    /// The size of the whole file, as far as the server says it.
    private var announcedSize: Int?
    private var contentLength: Int?
    private var file: File?
    /// The number of bytes of the file that are there.
    private var received: Int
    private var failure: (any Error)?

    init(url: String, partial: PartialFile, offset: Int, byteCount: Int, progress: @escaping (Int) -> Void) {
        (self.url, self.partial, self.offset, self.byteCount) = (url, partial, offset, byteCount)
        self.progress = progress
        received = offset
    }

    func receive(header line: String) {
        if line.hasPrefix("HTTP/") {
            // Another response: that before was a redirection.
            (etag, firstByte, announcedSize, contentLength) = (nil, nil, nil, nil)
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].trimmed
        switch line[..<colon].lowercased() {
        case "etag":
            // A weak one does not say that the bytes are the same.
            if value.hasPrefix("\""), value.utf8.count <= 1000 { etag = value }
        case "content-length": contentLength = Int(value)
        case "content-range":
            // bytes 100-199/200
            guard let match = value.wholeMatch(of: /bytes (\d+)-\d+\/(\d+|\*)/) else { return }
            (firstByte, announcedSize) = (Int(match.1), Int(match.2))
        default: break
        }
    }

    /// Adds to the file; false ends the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer, status: Int) -> Bool {
        self.status = status
        guard status == 200 || status == 206 else { return false }
        do {
            if file == nil { try begin() }
            guard bytes.count <= byteCount - received else { throw unexpectedSize("more than") }
            try unsafe file?.write(bytes)
            received += bytes.count
            progress(received)
            return true
        } catch {
            failure = error
            return false
        }
    }

    private func begin() throws {
        if let announcedSize = status == 200 ? contentLength : announcedSize, announcedSize != byteCount {
            throw unexpectedSize("\(announcedSize) bytes, not")
        }
        if status == 206 {
            guard offset > 0, firstByte == offset else {
                throw FoveaError(
                    .badData,
                    "\(quoted(url)) answers with bytes from \(firstByte.map(String.init) ?? "somewhere") on, not \(offset).",
                    remedy: "Try another mirror with --from.")
            }
            file = try partial.adding()
        } else {
            // The server knows no ranges, or its file has changed.
            received = 0
            file = try partial.emptied(etag: etag)
        }
    }

    private func unexpectedSize(_ relation: String) -> FoveaError {
        FoveaError(
            .badData, "\(quoted(url)) has \(relation) the \(byteCount) bytes of the published file.",
            remedy: "Try another mirror, or a folder with the published file, with --from.")
    }

    /// - Throws: ``FoveaError`` unless the file was received whole, or the server cannot go on from where it ended.
    func check(status: Int, code: Int32, message: String) throws {
        self.status = status
        // The file is closed before anything else happens to it.
        file = nil
        if let failure { throw failure }
        if status == 416, offset > 0 { return }
        guard status == 0 || status == 200 || status == 206 else { throw refusal(status) }
        if code == 0, status != 0, received == byteCount { return }
        let reason = code == 0 ? "the server sent \(received) of \(byteCount) bytes" : message
        let kept = partial.byteCount
        let remedy =
            switch code {
            case 60, 77:
                "Install the authorities' certificates (on Debian: apt install ca-certificates) and check the clock."
            case _ where kept > 0:
                "\(byteCountText(kept)) of \(byteCountText(byteCount)) are in \(quoted(partial.path)): run the command again to "
                    + "go on from there."
            default: "Check the network and the address, or use a mirror or a folder with --from."
            }
        throw FoveaError(
            status == 0 ? .unavailable : .inputOutput, "Cannot download \(quoted(url)): \(reason).", remedy: remedy)
    }

    private func refusal(_ status: Int) -> FoveaError {
        switch status {
        case 404, 410:
            FoveaError(
                .missingInput, "There is no \(quoted(url)): the server answers \(status).",
                remedy: "Check --from, or use another mirror or a folder with it.")
        case 401, 403, 407:
            FoveaError(
                .missingInput, "The server refuses \(quoted(url)): it answers \(status).",
                remedy: "Use another mirror or a folder with --from.")
        default:
            FoveaError(
                .unavailable, "Cannot download \(quoted(url)): the server answers \(status).",
                remedy: "Try again later, or use a mirror or a folder with --from.")
        }
    }
}
