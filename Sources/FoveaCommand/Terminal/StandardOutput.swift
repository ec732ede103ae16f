import FoveaFoundation
import FoveaFormats
import FoveaGraph

/// Where results go.
enum StandardOutput {
    /// Nobody reads any more: the command ends without a word, with the status that the signal would have given.
    struct Closed: Error {
        let exitStatus = 128 + SIGPIPE
    }

    static func write(_ text: String) throws {
        guard let reason = writeAll(text, to: STDOUT_FILENO) else { return }
        if reason == EPIPE { throw Closed() }
        // Safe: the system answers a zero-terminated string for every number.
        throw FoveaError(
            .inputOutput, "Cannot write to standard output: \(unsafe String(cString: strerror(reason))).",
            remedy: "Check where it goes.")
    }

    static func line(_ text: String) throws { try write(text + "\n") }

    /// The one document of a command that ends.
    static func document(_ json: JSONValue) throws { try line(json.text(indented: true)) }
}

/// - Returns: nil, or the system's reason for not writing all of it.
func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        // Safe: the system reads at most as many bytes as it is told are there.
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
            // Somebody made the terminal or the pipe non-blocking: wait until it takes more.
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&waiting, 1, -1)
        } else if errno != EINTR {
            return errno
        }
    }
    return nil
}
