import FoveaFoundation
import FoveaGraph
public import FoveaRuntime

/// The file that remembers the fastest kernels on this machine, for every process of a user.
///
/// ```swift
/// let device = try ComputeDevice.auto.open(BackendOptions(kernels: KernelOptions(store: KernelCache())))
/// ```
/// A file that cannot be read or written only costs time: each process then times the kernels it needs.
public struct KernelCache: KernelStore {
    public let path: String
    /// Receives, in one line, the reason why the cache cannot be used.
    private let notice: @Sendable (String) -> Void

    /// - Parameters:
    ///   - path: the file, by default ``standardPath``; it need not exist yet.
    ///   - notice: receives, in one line, the reason why the cache cannot be used.
    public init(at path: String = standardPath, notice: @escaping @Sendable (String) -> Void = { _ in }) {
        self.path = path
        self.notice = notice
    }

    /// `fovea/kernels.json` in the user's cache folder: `$XDG_CACHE_HOME`, else `~/.cache`.
    public static var standardPath: String { "\(userCacheFolder)/kernels.json" }

    public func choices(on machine: String) -> [String: KernelChoice] { read()?.choices(on: machine) ?? [:] }

    public func keep(_ choices: [String: KernelChoice], on machine: String) {
        var known = read() ?? KernelChoices()
        known.add(choices, on: machine)
        do {
            try known.write(to: path)
        } catch {
            notice("the choice of kernels is not remembered: \(error)")
        }
    }

    /// Nil where there is none, or where it is damaged: then it is rebuilt.
    private func read() -> KernelChoices? {
        guard FileKind(at: path) == .regularFile else { return nil }
        do {
            return try KernelChoices(readingFrom: path)
        } catch let error as FoveaError where error.code == .badData {
            notice("\(quoted(path)) is damaged; rebuilding it")
            return nil
        } catch {
            notice("the kernels chosen before are not used: \(error)")
            return nil
        }
    }
}
