import FoveaCPU
import FoveaFormats
import FoveaGraph
import FoveaFoundation

/// The file in which the command remembers which kernels are the fastest on this machine: `fovea/kernels.json` in the
/// user's folder for caches.
enum KernelCache {
    /// How kernels are chosen: as an earlier run did, as the cache says, by timing what it does not know.
    ///
    /// - Parameter source: a run folder or a file of choices, which go before the cache.
    /// - Throws: ``FoveaError`` when `source` cannot be read. A cache that cannot is only a notice.
    static func selection(machine: String, rule: KernelSelection.Rule, repeating source: String?) throws
        -> KernelSelection
    {
        let repeated = try source.map { try choices(of: $0, on: machine) } ?? [:]
        guard rule == .timed else { return KernelSelection(.fixed, known: repeated) }
        let path = path
        let remembered = read(path)?.choices(on: machine) ?? [:]
        return KernelSelection(.timed, known: remembered.merging(repeated) { $1 }) { new in
            var choices = read(path) ?? KernelChoices()
            choices.add(new, on: machine)
            do {
                try choices.write(to: path)
            } catch {
                StandardError.notice("the choice of kernels is not remembered: \(error)")
            }
        }
    }

    private static var path: String {
        // An empty or relative path counts as unset (XDG Base Directory Specification).
        if let folder = environmentVariable("XDG_CACHE_HOME"), folder.utf8.first == UInt8(ascii: "/") {
            return "\(folder)/fovea/kernels.json"
        }
        let home = environmentVariable("HOME") ?? FileManager.default.homeDirectoryForCurrentUser.path
        return "\(home)/.cache/fovea/kernels.json"
    }

    /// Nil where there is none, or where it is damaged: then it is made anew.
    private static func read(_ path: String) -> KernelChoices? {
        guard FileKind(at: path) == .regularFile else { return nil }
        do {
            return try KernelChoices(readingFrom: path)
        } catch let error as FoveaError where error.code == .badData {
            StandardError.notice("\(quoted(path)) is damaged and is made anew")
            return nil
        } catch {
            StandardError.notice("the kernels chosen before are not used: \(error)")
            return nil
        }
    }

    private static func choices(of source: String, on machine: String) throws -> [String: String] {
        let path = FileKind(at: source) == .folder ? "\(source)/kernels.json" : source
        let found = try KernelChoices(readingFrom: path)
        let choices = found.choices(on: machine)
        if choices.isEmpty, let other = found.machineNames.first {
            StandardError.notice("\(quoted(path)) is from another machine (\(other)): its kernels are not used")
        }
        return choices
    }
}
