import FoveaFoundation
import FoveaFormats
import FoveaGraph

/// The stream for results.
enum StandardOutput {
    /// The reader is gone: the command ends silently, with the status that the signal would have given.
    struct Closed: Error {
        let exitStatus = 128 + SIGPIPE
    }

    static func write(_ text: String) throws {
        guard let reason = writeAll(Array(text.utf8), to: STDOUT_FILENO) else { return }
        if reason == EPIPE { throw Closed() }
        throw systemError(
            .inputOutput, "Cannot write to standard output", reason, remedy: "Check where it goes.")
    }

    static func line(_ text: String) throws { try write(text + "\n") }

    /// Writes the only JSON document of a command that ends.
    static func document(_ json: JSONValue) throws { try line(json.text(indented: true)) }
}
