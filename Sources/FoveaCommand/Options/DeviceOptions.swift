public import ArgumentParser
import FoveaGraph
import FoveaRuntime
public import FoveaTraining

/// What computes.
struct DeviceOptions: ParsableArguments {
    @Option(help: "What computes.")
    var device = ComputeDevice.auto

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many threads compute. (default: the number of physical cores)", valueName: "count"))
    var threads: Int?

    /// - Throws: ``FoveaError`` when the device is not there or cannot run on so many threads.
    func open() throws -> Device { try device.open(threads: threads) }
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
