import CFoveaCPU
import FoveaFoundation

/// The machine's processor and the library that generates code for it.
public enum Processor {
    /// Raised when kernels are added: remembered choices were made without them.
    private static let kernelRevision = 5

    /// The version of oneDNN: `2.6.3`.
    public static var libraryVersion: String {
        // Safe: oneDNN returns a constant.
        guard let version = unsafe dnnl_version()?.pointee else { return "unknown" }
        return unsafe "\(version.major).\(version.minor).\(version.patch)"
    }

    /// Everything that the choice of kernels depends on: `AMD EPYC, AVX-512, oneDNN 2.6.3, kernels 2, 2 threads`.
    public static func description(threads: Int) -> String {
        let libraries = "oneDNN \(libraryVersion), kernels \(kernelRevision)"
        return "\(name), \(instructionSet), \(libraries), \(threads) thread\(threads == 1 ? "" : "s")"
    }

    /// The processor's name from the system; `unknown processor` if there is none.
    static var name: String {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        for line in information.split(separator: "\n") where line.hasPrefix("model name") {
            if let name = line.split(separator: ":", maxSplits: 1).dropFirst().first {
                return name.trimmed
            }
        }
        return "unknown processor"
    }

    /// The widest vector instructions that oneDNN uses here: `AVX-512`.
    public static var instructionSet: String {
        switch dnnl_get_effective_cpu_isa() {
        case dnnl_cpu_isa_sse41: "SSE4.1"
        case dnnl_cpu_isa_avx: "AVX"
        case dnnl_cpu_isa_avx2: "AVX2"
        case dnnl_cpu_isa_avx2_vnni: "AVX2 with VNNI"
        case dnnl_cpu_isa_avx512_core: "AVX-512"
        case dnnl_cpu_isa_avx512_core_vnni: "AVX-512 with VNNI"
        case dnnl_cpu_isa_avx512_core_bf16: "AVX-512 with BF16"
        case dnnl_cpu_isa_avx512_core_amx: "AVX-512 with AMX"
        default: "generic"
        }
    }

    /// A limit on instructions from outside: an environment variable of oneDNN's that holds for hand-written loops too.
    public struct InstructionLimit: Hashable, Sendable {
        public let variable: String
        public let value: String

        /// Whether oneDNN knows the value; it ignores others.
        public var isKnown: Bool { Self.known.contains(value.uppercased()) }

        private static let known = [
            "SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI", "AVX512_CORE_BF16",
            "AVX512_CORE_AMX", "ALL", "DEFAULT",
        ]

        /// The limit that the environment sets, if any. oneDNN looks at its new name first.
        public init?(environment: [String: String]) {
            for variable in ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"] {
                guard let value = environment[variable], !value.isEmpty else { continue }
                (self.variable, self.value) = (variable, value)
                return
            }
            return nil
        }
    }

    /// The numbers in a vector of the widest instructions that hand-written kernels use: 16 with AVX-512, 8 with AVX2.
    static var lanes: Int { fovea_processor_lanes() }

    /// Whether threads remember that an operation was invalid, such as a comparison of NaN with a bound.
    static var noticesInvalidOperations: Bool { fovea_notices_invalid_operations() }
}
