import FoveaFoundation
import FoveaGraph
import Synchronization

/// Standard input, output and error, some of which the parent process may have closed.
enum StandardStreams {
    private static let isOutputClosed = Atomic(false)

    /// Replaces closed streams with `/dev/null`: otherwise the next file to be opened would get their number, and
    /// messages would be written into it. To be called before any file is opened.
    static func occupyClosed() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            if descriptor == STDOUT_FILENO { isOutputClosed.store(true, ordering: .relaxed) }
            // The system gives the lowest free number, which is this one. It is closed again when the process restarts
            // itself, so that the new process finds the original state.
            _ = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        }
    }

    /// Fails before the work begins where the results cannot be read.
    ///
    /// - Throws: ``FoveaError`` when standard output is closed.
    static func expectOutput() throws {
        guard isOutputClosed.load(ordering: .relaxed) else { return }
        throw FoveaError(
            .inputOutput, "Standard output is closed.", remedy: "Leave it open, or send it to a file or to /dev/null.")
    }
}
