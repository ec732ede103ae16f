import Dispatch
import FoveaGraph
import Synchronization

/// The modules that a backend has compiled, by their source: a program that is compiled again takes the same.
final class KernelModules: Sendable {
    private let context: CUDAContext
    private let compiler: KernelCompiler
    private let cache: CompilationCache?
    /// What an image depends on but for its source.
    private let key: String
    private let modules = Mutex<[String: KernelModule]>([:])

    /// - Parameter cache: the images of earlier processes; nil for none.
    init(_ context: CUDAContext, cache: CompilationCache?) {
        self.context = context
        self.cache = cache
        compiler = KernelCompiler(libraries: context.libraries)
        key = "sm_\(context.device.capability), NVRTC \(compiler.version)"
    }

    /// The modules of some sources: those that no one has compiled yet are compiled at the same time.
    func modules(_ sources: [String]) throws -> [KernelModule] {
        let missing = modules.withLock { known in
            sources.reduce(into: [String]()) { if known[$1] == nil, !$0.contains($1) { $0.append($1) } }
        }
        let images = Mutex<[String: Result<Image, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: missing.count) { index in
            let source = missing[index]
            let image = Result { try self.image(source) }
            images.withLock { $0[source] = image }
        }
        for (source, image) in images.withLock({ $0 }) {
            let module = try module(image.get(), source)
            modules.withLock { $0[source] = module }
        }
        return modules.withLock { known in sources.compactMap { known[$0] } }
    }

    private struct Image {
        let bytes: [UInt8]
        let isRemembered: Bool
    }

    private func image(_ source: String) throws -> Image {
        if let bytes = cache?.image(of: source, key: key) { return Image(bytes: bytes, isRemembered: true) }
        return Image(bytes: try compiled(source), isRemembered: false)
    }

    private func compiled(_ source: String) throws -> [UInt8] {
        let image = try compiler.compile(source, capability: context.device.capability)
        cache?.keep(image, of: source, key: key)
        return image
    }

    private func module(_ image: Image, _ source: String) throws -> KernelModule {
        do {
            return try KernelModule(image.bytes, on: context)
        } catch  where image.isRemembered {
            // Whole, but not for this driver: it only costs time.
            return try KernelModule(compiled(source), on: context)
        }
    }
}
