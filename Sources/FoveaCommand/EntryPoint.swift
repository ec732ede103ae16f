import ArgumentParser
import FoveaFoundation

/// The entry point of the process: reads the arguments, runs the command, and turns every error into a message and an
/// exit status.
@main
enum EntryPoint {
    static func main() async {
        StandardStreams.occupyClosed()
        if let command = processArguments.dropFirst().first,
            ["train", "fine-tune", "demo", "evaluate", "features", "similar", "benchmark"].contains(command)
                || processArguments.contains("--labels")
        {
            ThreadWaiting.limitSpinning()
        }
        // A reader that exits early, like `head`, makes the write fail instead of ending the process.
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            try StandardStreams.expectOutput()
            try StartingRoom.require()
            var command = try Fovea.parsed(Array(processArguments.dropFirst()))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(Failure(error).report())
        }
    }
}
