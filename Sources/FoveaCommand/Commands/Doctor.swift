import ArgumentParser
import FoveaFormats

/// `fovea doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Shows the devices and libraries that Fovea finds on this machine, and what is missing.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = DoctorReport()
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }
}
