import FoveaCPU
import FoveaCUDA
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// The devices, libraries and resources of this machine.
struct DoctorReport {
    private struct Examined {
        let name: String
        let isAvailable: Bool
        /// A description, or the reason why it is not available.
        let summary: String
    }

    private let devices: [Examined]
    private let libraries = [("fovea", FoveaVersion.current)] + Versions.libraries
    /// The version of a library that need not be there; nil where it is not.
    private let vips = LibVips.installed?.version
    private let cuda = CUDAInstallation.libraries()
    private let processor = ProcessorAllowance.current
    private let instructionLimit = Processor.InstructionLimit(environment: ProcessInfo.processInfo.environment)
    private let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    /// The memory that the machine and the limits of the process leave.
    private let available = AvailableMemory.byteCount()

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
            "libraries": .array(
                libraries.map { ["name": .string($0.0), "version": .string($0.1)] }
                    + [["name": "libvips", "version": vips.map(JSONValue.string) ?? .null]]
                    + cuda.map { library in
                        [
                            "name": .string(library.name),
                            "version": library.version.map(JSONValue.string) ?? .null,
                            "path": library.path.map(JSONValue.string) ?? .null,
                            "problem": library.problem.map(JSONValue.string) ?? .null,
                        ]
                    }),
            "processor": [
                "cores": .integer(processor.cores), "threads": .integer(processor.logicalProcessors),
                "machine_cores": .integer(processor.machineCores),
                "quota_cores": processor.quota.map(JSONValue.number) ?? .null,
                "instruction_set": .string(Processor.instructionSet),
                "instruction_limit": instructionLimit.map { .string($0.value) } ?? .null,
                "default_threads": .integer(processor.threads),
                "default_threads_reason": .string(processor.reason),
            ],
            "memory_bytes": .integer(memory),
            "available_memory_bytes": available.map(JSONValue.integer) ?? .null,
        ]
    }

    var text: String {
        let machine = textTable(
            header: ["Machine", ""],
            rows: [
                ["cores", cores],
                ["threads", "\(processor.threads.grouped) (\(processor.reason))"],
                ["instructions", instructions],
                ["memory", gibibytes(memory) + (available.map { ", \(gibibytes($0)) available" } ?? "")],
            ])
        let missing = "not installed: TIFF, AVIF and HEIC need it (on Debian: apt install \(LibVips.packageName))"
        let libraries = textTable(
            header: ["Library", "Version"], rows: libraries.map { [$0.0, $0.1] } + [["libvips", vips ?? missing]])
        let cuda = textTable(
            header: ["For CUDA", "Version"],
            rows: cuda.map { library in
                let place = library.path.map { ", \($0)" } ?? ""
                return [library.name, library.version.map { $0 + place } ?? library.problem ?? "not found"]
            })
        let devices = textTable(
            header: ["Device", "Available", "Description"],
            rows: devices.map { [$0.name, $0.isAvailable ? "yes" : "no", $0.summary] })
        return [machine, libraries, cuda, devices].joined(separator: "\n\n")
    }

    /// The number of cores, and the part that the process may use.
    private var cores: String {
        let bound = processor.cores < processor.machineCores ? " of \(processor.machineCores.grouped) (affinity)" : ""
        let quota = processor.quota.map { ", for the time of \($0.text(digits: 2)) (control group)" } ?? ""
        return processor.cores.grouped + bound + quota
    }

    private var instructions: String {
        guard let limit = instructionLimit else { return Processor.instructionSet }
        let effect = limit.isKnown ? "limited by" : "not limited: \(limit.value) is unknown as value of"
        return "\(Processor.instructionSet) (\(effect) \(limit.variable))"
    }

    private func gibibytes(_ byteCount: Int) -> String {
        "\((Double(byteCount) / Double(1 << 30)).text(digits: 1)) GiB"
    }
}
