import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaTraining
import Synchronization

/// The files that cannot be read and that a command leaves out, each named once, within what the rule allows.
final class BadFileRecord: Sendable {
    private struct State {
        /// The files found before the work began, and those found since, by their place.
        var known: Set<String>
        /// Number of files that were found since the work began.
        var later = 0
        /// The list of the files, once there is a folder for it.
        var list: String?
    }

    private let rule: BadFiles
    /// The number of files that the rule leaves out at most.
    private let limit: Int
    private let refused: [RefusedFile]
    private let state: Mutex<State>

    init(_ rule: BadFiles, _ splits: DataSplits) {
        self.rule = rule
        limit = rule.limit(of: splits.files.map { $0.images + $0.unreadable } ?? 0)
        refused = splits.refusedFiles
        state = Mutex(State(known: Set(splits.refusedFiles.map(\.path))))
    }

    /// Receives the examples that cannot be read; nil where none is left out.
    var leavingOut: LeavingOut? {
        guard rule != .error else { return nil }
        return { [self] example, source in try add(example.error, name: "example \(example.index) of \(quoted(source))")
        }
    }

    /// The number of files that could be read at first, and later not.
    var laterCount: Int { state.withLock { $0.later } }

    /// Writes the list of files that were left out into a run folder, and adds to it from now on.
    func open(in folder: RunFolder) throws {
        guard rule == .quarantine else { return }
        let rows = refused.map { Self.row($0.path, $0.error) }
        let path = "\(folder.path)/bad-files.csv"
        try replaceFile(at: path, with: Array((["path,error"] + rows).map { "\($0)\n" }.joined().utf8))
        state.withLock { $0.list = path }
    }

    /// Prints which files are left out, and why.
    func report() {
        for file in refused.prefix(10) { StandardError.notice("left out: \(file.error.problem)") }
        if refused.count > 10 { StandardError.notice("left out: \((refused.count - 10).grouped) files more") }
    }

    private func add(_ error: FoveaError, name: String) throws {
        let path = error.place.lazy.compactMap { if case .file(let path) = $0 { path } else { nil } }.first ?? name
        let (isNew, count, list) = state.withLock { state in
            let isNew = state.known.insert(path).inserted
            if isNew { state.later += 1 }
            return (isNew, state.known.count, state.list)
        }
        guard isNew else { return }
        guard count <= limit else {
            throw FoveaError(
                error.code,
                "\(count.grouped) files cannot be read, and --bad-files \(rule.rawValue) leaves out at most \(limit.grouped): "
                    + error.problem,
                remedy: "Check the disk and the files; `fovea data inspect` lists all.")
        }
        StandardError.notice("left out from now on: \(error.problem)")
        if let list { try appendLine(Self.row(path, error), to: list) }
    }

    private static func row(_ path: String, _ error: FoveaError) -> String {
        "\(csvField(path)),\(csvField(error.problem))"
    }
}
