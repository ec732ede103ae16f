import CFoveaCUDA
import FoveaFoundation

/// A shared library that was found and opened.
@safe struct OpenedLibrary: @unchecked Sendable {
    // Unchecked: the handle stays valid until the process ends; nothing closes it.
    let handle: UnsafeMutableRawPointer
    /// The name or file that the system opened it by.
    let openedAs: String
}

/// The folders and names by which libraries are looked for, and what was tried.
struct LibrarySearch: Sendable {
    /// The folders of `FOVEA_CUDA_LIBRARIES`, separated by colons.
    static let variable = "FOVEA_CUDA_LIBRARIES"

    let folders: [String]
    let knownFolders: [String]

    init(environment: [String: String]) {
        folders = (environment[Self.variable] ?? "").split(separator: ":").map(String.init)
        let wheels = (environment["VIRTUAL_ENV"].map { [$0] } ?? []).flatMap(Self.wheelFolders)
        knownFolders =
            wheels + ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
    }

    /// Where the wheels of a virtual environment keep NVIDIA's libraries.
    private static func wheelFolders(in environment: String) -> [String] {
        let library = environment + "/lib"
        let pythons = ((try? FileManager.default.contentsOfDirectory(atPath: library)) ?? [])
            .filter { $0.hasPrefix("python3") }.sorted()
        return pythons.flatMap { python in
            let nvidia = "\(library)/\(python)/site-packages/nvidia"
            return ((try? FileManager.default.contentsOfDirectory(atPath: nvidia)) ?? []).sorted()
                .map { "\(nvidia)/\($0)/lib" }
        }
    }

    /// Opens the first library of these names that is there: in the folders that were named, by the system's own rules,
    /// in known folders.
    ///
    /// - Parameter reachesOthers: whether libraries that are opened later find its symbols, as cuDNN's parts must.
    /// - Throws: ``CUDALibraryProblem`` with everything that was tried.
    func open(_ names: [String], reachesOthers: Bool = false) throws(CUDALibraryProblem) -> OpenedLibrary {
        var reasons: [String] = []
        let places = folders.map { $0 + "/" } + [""] + knownFolders.map { $0 + "/" }
        for place in places {
            for name in names {
                let path = place + name
                // A file that is there and does not open is worth a word; one that is not there is not.
                if !place.isEmpty, !FileManager.default.fileExists(atPath: path) { continue }
                let flags = RTLD_NOW | (reachesOthers ? RTLD_GLOBAL : RTLD_LOCAL)
                if let handle = unsafe dlopen(path, flags) {
                    return unsafe OpenedLibrary(handle: handle, openedAs: path)
                }
                if let text = unsafe dlerror(), !place.isEmpty { reasons.append(unsafe String(cString: text)) }
            }
        }
        let tried = (folders + ["the system's libraries"] + knownFolders).joined(separator: ", ")
        throw CUDALibraryProblem(name: names[0], reason: reasons.first ?? "not found in \(tried)")
    }
}

extension LibrarySearch {
    /// Opens NVRTC, and before it the library of built-in functions beside it, which it looks for by name alone.
    ///
    /// - Parameter version: the newest version of CUDA that the driver knows, as 13000: newer compilers are passed over.
    func openCompiler(forDriver version: Int = .max) throws(CUDALibraryProblem) -> OpenedLibrary {
        let names = CUDALibraryName.compiler.filter { name in
            Int(name.split(separator: ".").last ?? "").map { $0 <= version / 1000 } ?? true
        }
        guard !names.isEmpty else {
            throw CUDALibraryProblem(
                name: CUDALibraryName.compiler[0],
                reason: "the driver knows CUDA up to \(version / 1000).\(version % 1000 / 10) only; update it")
        }
        let compiler = try open(names, reachesOthers: true)
        let folder = compiler.openedAs.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        guard !folder.isEmpty else { return compiler }
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        for file in files where file.hasPrefix("libnvrtc-builtins.so.") {
            _ = unsafe dlopen("\(folder)/\(file)", RTLD_NOW | RTLD_GLOBAL)
        }
        return compiler
    }
}

/// A library of NVIDIA's that cannot be used, and why.
struct CUDALibraryProblem: Error, Hashable, Sendable, CustomStringConvertible {
    let name: String
    let reason: String

    var description: String { "\(name): \(reason)" }
}
