public import ArgumentParser
import FoveaCPU
import FoveaFormats
import FoveaFoundation
import FoveaRuntime
public import FoveaTraining

/// What computes.
struct DeviceOptions: ParsableArguments {
    @Option(help: "What computes.")
    var device = ComputeDevice.auto

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of threads that compute. (default: OMP_NUM_THREADS, else one for each core that the process may use)",
            valueName: "count"))
    var threads: Int?

    @Flag(
        help: """
            Choose kernels by sizes, not by timing them: the same on every machine. (By default the fastest are found \
            when they are first needed, and remembered.)
            """)
    var deterministic = false

    @Option(help: ArgumentHelp("Use the kernels of an earlier run: its folder, or a kernels.json.", valueName: "path"))
    var kernels: String?

    /// - Throws: ``FoveaError`` when the device is not there or cannot run on so many threads, when `--kernels` names
    ///   nothing that can be read, or when the device has no pass of a name that is left out.
    func open(compiling options: CompileOptions = CompileOptions()) throws -> Device {
        let allowance = ProcessorAllowance.current
        if self.threads == nil, let ignored = allowance.ignored {
            StandardError.notice("OMP_NUM_THREADS is \(quoted(ignored)), not a number from 1 to 1024, and is ignored")
        }
        let repeated = try kernels.map { path in try KernelChoices(ofRunOrFileAt: path) }
        let cache = KernelCache { StandardError.notice($0) }
        let device = try device.open(
            BackendOptions(
                threads: threads,
                kernels: KernelOptions(
                    deterministic ? .fixed : .timed, repeating: repeated?.kernels ?? [:], store: cache)),
            compiling: options)
        if let repeated, let kernels, device.backend.profile.kernels != nil,
            repeated.choices(on: device.backend.profile.machine).isEmpty, let other = repeated.machineNames.first
        {
            StandardError.notice("\(quoted(kernels)) is from another machine (\(other)): its kernels are not used")
        }
        return device
    }
}

/// Where random numbers come from.
struct SeedOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Draws all random numbers: the same seed and threads give the same weights.", valueName: "number"))
    var seed: UInt64 = 42
}

extension ComputeDevice: ExpressibleByArgument {}
