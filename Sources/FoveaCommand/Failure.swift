import ArgumentParser
import FoveaFoundation
import FoveaGraph

/// The end of the process: the message, and the exit status of `sysexits.h`.
struct Failure {
    let exitStatus: Int32
    private let message: String
    private let isError: Bool

    /// The only place where errors become messages and exit statuses.
    init(_ error: any Error) {
        switch error {
        case let error as FoveaError:
            self.init(exitStatus: error.code.exitStatus, message: error.description)
        case let stop as Interruption.Stop:
            self.init(exitStatus: 128 + stop.signal, message: stop.description, isError: false)
        case let closed as StandardOutput.Closed:
            self.init(exitStatus: closed.exitStatus, message: "")
        case let code as ExitCode:
            self.init(exitStatus: code.rawValue, message: "")
        case is CancellationError:
            self.init(exitStatus: 70, message: "The work was cancelled.")
        default:
            self.init(parsing: error)
        }
    }

    private init(exitStatus: Int32, message: String, isError: Bool = true) {
        (self.exitStatus, self.message, self.isError) = (exitStatus, message, isError)
    }

    /// The argument parser's errors, and its requests for help, which are not errors.
    private init(parsing error: any Error) {
        let code = Fovea.exitCode(for: error)
        // Of more than five values the parser writes one on each line.
        let message = Fovea.message(for: error)
            .replacing(":\n  - ", with: ": ").replacing("\n  - ", with: ", ")
        if code.isSuccess {
            self.init(exitStatus: 0, message: Fovea.fullMessage(for: error), isError: false)
        } else if code == .validationFailure {
            let advice =
                Fovea.fullMessage(for: error).split(separator: "\n")
                .last { $0.contains("--help") }.map { " " + $0.trimmed } ?? ""
            let sentence = message.last.map { ".?!".contains($0) } == true ? message : message + "."
            // The typed text is part of the message.
            let lines = (sentence + advice).split(separator: "\n", omittingEmptySubsequences: false)
            self.init(
                exitStatus: FoveaError.Code.usage.exitStatus, message: lines.map(\.onOneLine).joined(separator: "\n"))
        } else {
            self.init(exitStatus: FoveaError.Code.internalDefect.exitStatus, message: "\(error)")
        }
    }

    /// Prints the message on the right stream.
    ///
    /// - Returns: the exit status.
    func report() -> Int32 {
        guard !message.isEmpty else { return exitStatus }
        if exitStatus == 0 {
            do { try StandardOutput.write(message + "\n") } catch { return Failure(error).report() }
        } else if isError {
            StandardError.write("\(StandardError.styled("fovea: error:", .error)) \(message)\n")
        } else {
            StandardError.notice(message)
        }
        return exitStatus
    }
}
