import FoveaFoundation
import FoveaGraph
import Synchronization

/// Standard input, output and error, where whoever started the process may have closed some of them.
enum StandardStreams {
    private static let isOutputClosed = Atomic(false)

    /// Puts `/dev/null` in the place of those that are closed: otherwise the next file that is opened would get their number,
    /// and messages would be written into it. To be called before any file is opened.
    static func occupyClosed() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            if descriptor == STDOUT_FILENO { isOutputClosed.store(true, ordering: .relaxed) }
            // The system gives the lowest free number, which is this one. It is closed again where the process starts itself
            // once more, so that it looks as it did.
            _ = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        }
    }

    /// Results that nobody can read are no results: known before the work begins.
    ///
    /// - Throws: ``FoveaError`` when standard output is closed.
    static func expectOutput() throws {
        guard isOutputClosed.load(ordering: .relaxed) else { return }
        throw FoveaError(
            .inputOutput, "Standard output is closed.", remedy: "Leave it open, or send it to a file or to /dev/null.")
    }
}
