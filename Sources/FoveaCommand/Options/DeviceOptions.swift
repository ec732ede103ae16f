public import ArgumentParser
import FoveaCPU
import FoveaFormats
import FoveaFoundation
import FoveaRuntime
public import FoveaTraining

/// The device that a command runs on, and its kernels.
struct DeviceOptions: ParsableArguments {
    @Option(help: "Device to run on; cuda:1 is the second of several.")
    var device = ComputeDevice.auto

    @Option(
        help: """
            Precision that layers compute in; weights, losses and updates stay in f32. tf32 is for CUDA devices, bf16 \
            for them and for the reference device.
            """)
    var precision = ComputePrecision.f32

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of threads. (default: OMP_NUM_THREADS, else one for each core that the process may use)",
            valueName: "count"))
    var threads: Int?

    @Flag(
        help: """
            Choose kernels by sizes instead of timing them, so that every machine chooses the same. (By default kernels \
            are timed when they are first needed, and the fastest are remembered.)
            """)
    var deterministic = false

    @Flag(
        help: """
            Compute activations again in the backward pass instead of keeping them: less memory, slower steps. For CUDA \
            devices.
            """)
    var gradientCheckpointing = false

    @Option(help: ArgumentHelp("Use the kernels of an earlier run: its folder, or a kernels.json.", valueName: "path"))
    var kernels: String?

    /// These options on a command line.
    var arguments: [String] {
        ["--device", device.rawValue, "--precision", precision.rawValue]
            + (threads.map { ["--threads", "\($0)"] } ?? [])
            + (deterministic ? ["--deterministic"] : [])
            + (gradientCheckpointing ? ["--gradient-checkpointing"] : []) + (kernels.map { ["--kernels", $0] } ?? [])
    }

    /// - Throws: ``FoveaError`` when the device is not available or cannot run on that many threads, when `--kernels`
    ///   names an unreadable file, or when the device has no pass of a name that is left out.
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
                    deterministic ? .fixed : .timed, repeating: repeated?.kernels ?? [:], store: cache),
                recomputesActivations: gradientCheckpointing),
            precision: precision, compiling: options)
        if let repeated, let kernels, device.backend.profile.kernels != nil,
            repeated.choices(on: device.backend.profile.machine).isEmpty, let other = repeated.machineNames.first
        {
            StandardError.notice("\(quoted(kernels)) is from another machine (\(other)): its kernels are not used")
        }
        return device
    }
}

extension ComputeDevice: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}
