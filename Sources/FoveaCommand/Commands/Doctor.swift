import ArgumentParser
import FoveaFoundation
import FoveaCPU
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Shows what Fovea computes with on this machine, and what is missing.")

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

/// What this machine offers.
struct DoctorReport {
    private struct Examined {
        let name: String
        let isAvailable: Bool
        /// What it is, or why it is not there.
        let summary: String
    }

    private let devices: [Examined]
    private let libraries = [("fovea", FoveaVersion.current)] + Versions.libraries
    private let threads = ProcessInfo.processInfo.activeProcessorCount
    private let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)

    init() {
        devices = ComputeDevice.allCases.filter { $0 != .auto }.map { device in
            do {
                return Examined(
                    name: device.rawValue, isAvailable: true, summary: try device.open().backend.summary)
            } catch {
                return Examined(
                    name: device.rawValue, isAvailable: false,
                    summary: (error as? FoveaError)?.problem ?? "\(error)")
            }
        }
    }

    var json: JSONValue {
        [
            "devices": .array(
                devices.map {
                    ["name": .string($0.name), "available": .boolean($0.isAvailable), "summary": .string($0.summary)]
                }),
            "libraries": .array(libraries.map { ["name": .string($0.0), "version": .string($0.1)] }),
            "processor": [
                "cores": .integer(Processor.physicalCoreCount), "threads": .integer(threads),
                "instruction_set": .string(Processor.instructionSet),
            ],
            "memory_bytes": .integer(memory),
        ]
    }

    var text: String {
        let gibibytes = (Double(memory) / Double(1 << 30)).text(digits: 1)
        let machine = textTable(
            header: ["Machine", ""],
            rows: [
                ["cores", Processor.physicalCoreCount.grouped],
                ["threads", threads.grouped],
                ["instructions", Processor.instructionSet],
                ["memory", "\(gibibytes) GiB"],
            ])
        let libraries = textTable(header: ["Library", "Version"], rows: libraries.map { [$0.0, $0.1] })
        let devices = textTable(
            header: ["Device", "There", "What it is"],
            rows: devices.map { [$0.name, $0.isAvailable ? "yes" : "no", $0.summary] })
        return [machine, libraries, devices].joined(separator: "\n\n")
    }
}
