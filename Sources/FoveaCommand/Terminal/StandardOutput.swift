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
        guard let reason = writeAll(Array(text.utf8), to: STDOUT_FILENO) else { return }
        if reason == EPIPE { throw Closed() }
        throw systemError(
            .inputOutput, "Cannot write to standard output", reason, remedy: "Check where it goes.")
    }

    static func line(_ text: String) throws { try write(text + "\n") }

    /// The one document of a command that ends.
    static func document(_ json: JSONValue) throws { try line(json.text(indented: true)) }
}
