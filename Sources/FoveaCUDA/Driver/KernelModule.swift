import CFoveaCUDA
import FoveaGraph

/// A module of kernels on a device.
@safe final class KernelModule: @unchecked Sendable {
    // Unchecked: loaded once, and never changed.
    private let context: CUDAContext
    private let module: UnsafeMutableRawPointer?

    /// Loads a compiled module.
    init(_ image: [UInt8], on context: CUDAContext) throws {
        self.context = context
        try context.makeCurrent()
        var module: UnsafeMutableRawPointer? = nil
        let code = unsafe image.withUnsafeBytes { unsafe context.driver.cuModuleLoadData(&module, $0.baseAddress) }
        try context.libraries.check(code, "loading kernels")
        unsafe self.module = unsafe module
    }

    deinit {
        guard (try? context.makeCurrent()) != nil else { return }
        _ = unsafe context.driver.cuModuleUnload(module)
    }

    func function(_ name: String) throws -> KernelFunction {
        var function: UnsafeMutableRawPointer? = nil
        try context.libraries.check(
            unsafe context.driver.cuModuleGetFunction(&function, module, name), "finding the kernel \(name)")
        return unsafe KernelFunction(handle: function)
    }
}

/// A kernel that can be launched, as long as its module lives.
@safe struct KernelFunction: @unchecked Sendable {
    // Unchecked: a handle that never changes.
    let handle: UnsafeMutableRawPointer?
}

/// Compiles the source of kernels for a device.
struct KernelCompiler: Sendable {
    let libraries: CUDALibraries

    /// `13.0`
    var version: String {
        var (major, minor) = (Int32(0), Int32(0))
        _ = unsafe libraries.compiler.nvrtcVersion(&major, &minor)
        return "\(major).\(minor)"
    }

    /// Throws unless the compiler makes kernels for a device, and the device's driver takes them.
    func requireKnown(_ device: CUDADevice) throws {
        var (major, minor, count) = (Int32(0), Int32(0), Int32(0))
        try check(unsafe libraries.compiler.nvrtcVersion(&major, &minor), "telling its version")
        guard Int(major) <= device.driverVersion / 1000 else {
            throw FoveaError(
                .unavailable,
                "NVRTC \(major).\(minor) is newer than the driver, which knows CUDA up to \(device.driverVersionText).",
                remedy: "Update the driver, or name the folder of an older NVRTC in \(LibrarySearch.variable).")
        }
        try check(unsafe libraries.compiler.nvrtcGetNumSupportedArchs(&count), "listing its devices")
        var known = [Int32](repeating: 0, count: max(0, Int(count)))
        try check(unsafe libraries.compiler.nvrtcGetSupportedArchs(&known), "listing its devices")
        guard known.contains(Int32(device.capability)) else {
            throw FoveaError(
                .unavailable,
                "NVRTC \(major).\(minor) makes no kernels for \(device.name), compute capability \(device.capabilityText).",
                remedy: "Install a newer NVRTC, or use --device cpu.")
        }
    }

    /// The binary module for a compute capability, as 90 for 9.0.
    ///
    /// - Throws: ``FoveaError`` with the compiler's words: the source is Fovea's own.
    func compile(_ source: String, capability: Int) throws -> [UInt8] {
        let compiler = libraries.compiler
        var program: UnsafeMutableRawPointer? = nil
        try check(
            unsafe compiler.nvrtcCreateProgram(&program, source, "fovea.cu", 0, nil, nil), "making a program")
        defer { _ = unsafe compiler.nvrtcDestroyProgram(&program) }
        let options = ["--gpu-architecture=sm_\(capability)", "--std=c++17"]
        let code = unsafe withCStrings(options) {
            unsafe compiler.nvrtcCompileProgram(program, Int32(options.count), $0)
        }
        guard code == 0 else {
            throw FoveaError(
                .internalDefect, "A kernel does not compile: \(unsafe log(of: program).prefix(2000))",
                remedy: "Report it with the command and this message; --device cpu works meanwhile.")
        }
        var count = 0
        try check(unsafe compiler.nvrtcGetCUBINSize(program, &count), "compiling")
        var image = [CChar](repeating: 0, count: count)
        try check(unsafe compiler.nvrtcGetCUBIN(program, &image), "compiling")
        return image.map(UInt8.init(bitPattern:))
    }

    private func log(of program: UnsafeMutableRawPointer?) -> String {
        var count = 0
        guard unsafe libraries.compiler.nvrtcGetProgramLogSize(program, &count) == 0, count > 0 else { return "" }
        var log = [CChar](repeating: 0, count: count)
        guard unsafe libraries.compiler.nvrtcGetProgramLog(program, &log) == 0 else { return "" }
        return String(decoding: log.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func check(_ code: Int32, _ purpose: String) throws {
        guard code != 0 else { return }
        let text = unsafe libraries.compiler.nvrtcGetErrorString(code).map { unsafe String(cString: $0) } ?? "\(code)"
        throw FoveaError(
            .unavailable, "NVRTC failed at \(purpose): \(text).", remedy: "Look at fovea doctor, or use --device cpu.")
    }
}

/// Lends an array of strings to a function of C.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let copies = strings.map { Array($0.utf8CString) }
    func lend(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Result {
        guard index < copies.count else {
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
        return unsafe copies[index].withUnsafeBufferPointer {
            unsafe lend(index + 1, pointers + [$0.baseAddress])
        }
    }
    return unsafe lend(0, [])
}
