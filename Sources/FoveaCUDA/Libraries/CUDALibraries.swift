package import CFoveaCUDA
import FoveaFoundation
import FoveaGraph

/// NVIDIA's libraries as tables of calls: those that the system has, or a test's.
package struct CUDALibraries: @unchecked Sendable {
    // Unchecked: functions of C, which any thread may call; they never change.
    package let driver: fovea_cuda_driver
    package let compiler: fovea_nvrtc
    /// Nil where cuDNN is not there.
    package let cudnn: fovea_cudnn?
    /// Nil where cuBLASLt is not there.
    package let matrices: fovea_cublaslt?

    package init(
        driver: fovea_cuda_driver, compiler: fovea_nvrtc, cudnn: fovea_cudnn? = nil, matrices: fovea_cublaslt? = nil
    ) {
        (self.driver, self.compiler, self.cudnn, self.matrices) = (driver, compiler, cudnn, matrices)
    }

    /// Opens the system's libraries, newest first.
    ///
    /// - Throws: ``FoveaError`` with code `unavailable` that names the library that is missing and where it was sought.
    package static func open() throws -> CUDALibraries { try open(environment: ProcessInfo.processInfo.environment) }

    static func open(environment: [String: String]) throws -> CUDALibraries {
        let search = LibrarySearch(environment: environment)
        var (driver, compiler) = (fovea_cuda_driver(), fovea_nvrtc())
        do {
            let system = try search.open(CUDALibraryName.driver)
            unsafe try require(system, lacks: fovea_fill_driver(system.handle, &driver))
            var version: Int32 = 0
            _ = unsafe driver.cuDriverGetVersion(&version)
            let nvrtc = try search.openCompiler(forDriver: Int(version))
            unsafe try require(nvrtc, lacks: fovea_fill_nvrtc(nvrtc.handle, &compiler))
        } catch {
            throw error.error
        }
        return CUDALibraries(
            driver: driver, compiler: compiler, cudnn: cudnn(search), matrices: matrices(search))
    }

    /// cuDNN, whose parts find each other among the symbols of all; nil where it is not there.
    static func cudnn(_ search: LibrarySearch) -> fovea_cudnn? {
        var calls = fovea_cudnn()
        guard let library = try? search.open(CUDALibraryName.cudnn, reachesOthers: true),
            unsafe fovea_fill_cudnn(library.handle, &calls) == nil
        else { return nil }
        return calls
    }

    private static func matrices(_ search: LibrarySearch) -> fovea_cublaslt? {
        var calls = fovea_cublaslt()
        guard let library = try? search.open(CUDALibraryName.matrices),
            unsafe fovea_fill_cublaslt(library.handle, &calls) == nil
        else { return nil }
        return calls
    }

    private static func require(_ library: OpenedLibrary, lacks call: UnsafePointer<CChar>?) throws(CUDALibraryProblem)
    {
        guard let call = unsafe call else { return }
        throw CUDALibraryProblem(
            name: library.openedAs, reason: unsafe "it lacks the function \(String(cString: call)): it is too old")
    }
}

/// The names of the libraries' files, newest first.
enum CUDALibraryName {
    static let driver = ["libcuda.so.1"]
    static let compiler = ["libnvrtc.so.13", "libnvrtc.so.12"]
    static let cudnn = ["libcudnn.so.9"]
    static let matrices = ["libcublasLt.so.13", "libcublasLt.so.12"]
}

extension CUDALibraryProblem {
    var error: FoveaError {
        let isDriver = name.hasPrefix("libcuda.")
        let remedy =
            isDriver
            ? "Install NVIDIA's driver, or use --device cpu."
            : "Install it, or name its folder in \(LibrarySearch.variable); or use --device cpu."
        return FoveaError(.unavailable, "CUDA is not available: \(name) cannot be used: \(reason).", remedy: remedy)
    }
}

extension CUDALibraries {
    /// What cuDNN reads of a device, as JSON: enough to plan for it elsewhere. Nil without cuDNN.
    ///
    /// - Throws: ``FoveaError`` with cuDNN's words.
    package func cudnnDescription(ofDevice ordinal: Int) throws -> String? {
        guard let cudnn else { return nil }
        do {
            let text = try ConvolutionChoices.properties(ofDevice: ordinal, cudnn)
                .text(FOVEA_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION)
            return String(text.prefix { $0 != "\0" })
        } catch {
            throw FoveaError(
                .unavailable, "cuDNN does not describe the device: \(error).", remedy: "Look at fovea doctor.")
        }
    }
}
