import CFoveaCUDA
import FoveaFoundation

/// NVIDIA's libraries on this machine, as they would be used: for `fovea doctor`.
public enum CUDAInstallation {
    /// A library and what is known of it.
    public struct Library: Hashable, Sendable {
        /// `libcuda`, `NVRTC`, `cuDNN`, `cuBLASLt`
        public let name: String
        /// Nil where it cannot be used.
        public let version: String?
        /// The file that it was loaded from.
        public let path: String?
        /// Why it cannot be used: what was tried.
        public let problem: String?
    }

    /// Opens each library and asks for its version. No device is touched.
    public static func libraries() -> [Library] { libraries(environment: ProcessInfo.processInfo.environment) }

    package static func libraries(environment: [String: String]) -> [Library] {
        let search = LibrarySearch(environment: environment)
        return [
            unsafe examine("libcuda", CUDALibraryName.driver, search) { handle in
                var (calls, version) = (fovea_cuda_driver(), Int32(0))
                guard unsafe fovea_fill_driver(handle, &calls) == nil, unsafe calls.cuDriverGetVersion(&version) == 0
                else { return nil }
                return (
                    "\(version / 1000).\(version % 1000 / 10)",
                    unsafe unsafeBitCast(calls.cuInit, to: UnsafeRawPointer?.self)
                )
            },
            unsafe examine("NVRTC", CUDALibraryName.compiler, search) { handle in
                var (calls, major, minor) = (fovea_nvrtc(), Int32(0), Int32(0))
                guard unsafe fovea_fill_nvrtc(handle, &calls) == nil, unsafe calls.nvrtcVersion(&major, &minor) == 0
                else { return nil }
                return ("\(major).\(minor)", unsafe unsafeBitCast(calls.nvrtcVersion, to: UnsafeRawPointer?.self))
            },
            unsafe examine("cuDNN", CUDALibraryName.cudnn, search) { handle in
                var calls = fovea_cudnn()
                guard unsafe fovea_fill_cudnn(handle, &calls) == nil else { return nil }
                let version = calls.cudnnGetVersion()
                return (
                    "\(version / 10000).\(version % 10000 / 100).\(version % 100)",
                    unsafe unsafeBitCast(calls.cudnnGetVersion, to: UnsafeRawPointer?.self)
                )
            },
            unsafe examine("cuBLASLt", CUDALibraryName.matrices, search) { handle in
                var calls = fovea_cublaslt()
                guard unsafe fovea_fill_cublaslt(handle, &calls) == nil else { return nil }
                let version = calls.cublasLtGetVersion()
                return (
                    "\(version / 10000).\(version % 10000 / 100).\(version % 100)",
                    unsafe unsafeBitCast(calls.cublasLtGetVersion, to: UnsafeRawPointer?.self)
                )
            },
        ]
    }

    /// - Parameter ask: the version, and the address of one of the library's functions; nil where it lacks one.
    private static func examine(
        _ name: String, _ files: [String], _ search: LibrarySearch,
        _ ask: (UnsafeMutableRawPointer) -> (version: String, function: UnsafeRawPointer?)?
    ) -> Library {
        do {
            // cuDNN's parts find each other, and NVRTC, among the symbols of all.
            let library = try search.open(files, reachesOthers: true)
            guard let (version, function) = unsafe ask(library.handle) else {
                return Library(
                    name: name, version: nil, path: library.openedAs,
                    problem: "\(library.openedAs) lacks functions that Fovea needs: it is too old")
            }
            return Library(
                name: name, version: version, path: unsafe path(of: function) ?? library.openedAs, problem: nil)
        } catch {
            return Library(name: name, version: nil, path: nil, problem: error.reason)
        }
    }

    private static func path(of function: UnsafeRawPointer?) -> String? {
        guard let function = unsafe function else { return nil }
        var path = [CChar](repeating: 0, count: 4096)
        guard unsafe fovea_library_path(function, &path, path.count) else { return nil }
        return String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
