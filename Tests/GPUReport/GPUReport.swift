import ArgumentParser
import FoveaCUDA
import FoveaGraph

/// The parts of `script/gpu`'s report that need a device, each printed as Markdown.
@main
struct GPUReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "GPUReport", abstract: "Measures the CUDA backend on a device; script/gpu runs it.",
        subcommands: [
            DescribeDevice.self, MeasureCeilings.self, CheckOperations.self, CheckSteps.self, CheckRepetition.self,
            TimeNetwork.self,
        ])
}

/// A precision of the command line.
enum ReportPrecision: String, CaseIterable, ExpressibleByArgument, Sendable {
    case f32, tf32, bf16

    var arithmetic: DataType { self == .bf16 ? .bfloat16 : .float32 }
    /// The largest relative error of an operation.
    var bar: Double {
        switch self {
        case .f32: 1e-5
        case .tf32: 1e-3
        case .bf16: 1e-2
        }
    }
}

/// Where backends come from: a device of this machine, or a test's.
struct GPU: Sendable {
    let libraries: CUDALibraries
    /// The folder that remembers compiled kernels; nil for none.
    var cache: String?
    var timesKernels = false

    static func open() throws -> GPU {
        GPU(libraries: try CUDALibraries.open(), cache: CUDABackend.standardCache, timesKernels: true)
    }

    /// - Parameter poisonsMemory: whether fresh memory is filled with NaN, so that what is read before it is written shows.
    func backend(
        _ precision: ReportPrecision, poisonsMemory: Bool = false, recomputesActivations: Bool = false
    ) throws -> CUDABackend {
        try CUDABackend(
            libraries, arithmetic: precision.arithmetic, allowsTensorFloat32: precision == .tf32,
            timesKernels: timesKernels, recomputesActivations: recomputesActivations, cache: cache,
            poisonsMemory: poisonsMemory)
    }
}

/// A check that did not pass: the report says which, and the exit code that one did not.
func require(_ holds: Bool) throws {
    guard holds else { throw ExitCode.failure }
}
