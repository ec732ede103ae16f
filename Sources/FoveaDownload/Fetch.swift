import FoveaData
import FoveaFoundation
import FoveaGraph

/// Brings a public data set to a folder: downloads or copies its files, checks their sums, unpacks and arranges them.
///
/// A file gets its name, and a set of archives its folder, only when it is whole and checked.
package struct Fetch {
    /// Where the files come from.
    package enum Origin: Sendable, Equatable {
        /// The addresses under which they are published.
        case published
        /// Another address, to which their names are added.
        case mirror(String)
        case folder(String)

        /// - Parameter text: an `http://` or `https://` address, or a folder; nil for the published addresses.
        /// - Throws: ``FoveaError`` where it is neither.
        package init(_ text: String?) throws {
            guard let text else {
                self = .published
                return
            }
            let scheme = text.prefix { $0 != ":" }.lowercased()
            if text.contains("://"), scheme == "http" || scheme == "https" {
                self = .mirror(text.withoutTrailingSlashes)
            } else if FileKind(at: text) == .folder {
                self = .folder(text.withoutTrailingSlashes)
            } else {
                throw FoveaError(
                    .missingInput, "\(quoted(text)) is neither a folder nor an http:// or https:// address.",
                    remedy: "Give --from a mirror's address, or a folder that has the files.")
            }
        }
    }

    /// What is being done, and how far it is.
    package struct Progress {
        package enum Step: String {
            case receiving, checking, unpacking, arranging
        }

        package let step: Step
        package let name: String
        /// Bytes received or checked, files unpacked or arranged.
        package let done: Int
        package let total: Int?
    }

    private let set: PublicSet
    private let origin: Origin
    private let target: String
    private let patience: Int
    private let progress: (Progress) -> Void

    /// - Parameters:
    ///   - patience: the number of seconds without a byte after which a download ends.
    package init(
        _ set: PublicSet, from origin: Origin, to target: String, patience: Int = 60,
        progress: @escaping (Progress) -> Void = { _ in }
    ) {
        (self.set, self.origin, self.target) = (set, origin, target.withoutTrailingSlashes)
        (self.patience, self.progress) = (patience, progress)
    }

    /// - Throws: ``FoveaError`` when a file cannot be had, or is not the published one, or the folder cannot be written.
    package func run() throws {
        if case .files = set.layout {
            _ = try createFolder(at: target)
            for file in set.files { try place(file, at: path(of: file.name, in: target)) }
        } else {
            try unpack()
        }
    }

    // MARK: Files

    /// Makes `path` the published file; one that is there already is kept.
    private func place(_ file: PublicSet.File, at path: String) throws {
        if FileKind(at: path, followingLinks: false) != nil {
            return try check(file, at: path, remedy: "Move it away, or choose another folder with --to.")
        }
        let partial = PartialFile(of: path)
        var isResumed = false
        switch origin {
        case .published: isResumed = try download(file, file.url, partial)
        case .mirror(let address): isResumed = try download(file, "\(address)/\(file.name)", partial)
        case .folder(let folder): try copy(file, from: FoveaFoundation.path(of: file.name, in: folder), partial)
        }
        do {
            try check(
                file, at: partial.path, named: source(of: file),
                remedy: "It was not kept. Try again, or use another mirror or folder with --from.")
        } catch {
            partial.remove()
            // What an earlier command left may have been of another file: the whole is received once more.
            guard isResumed, (error as? FoveaError)?.code == .badData else { throw error }
            return try place(file, at: path)
        }
        try partial.finish()
    }

    private func source(of file: PublicSet.File) -> String {
        switch origin {
        case .published: file.url
        case .mirror(let address): "\(address)/\(file.name)"
        case .folder(let folder): path(of: file.name, in: folder)
        }
    }

    private func download(_ file: PublicSet.File, _ url: String, _ partial: PartialFile) throws -> Bool {
        var download = HTTPDownload(url: url, byteCount: file.byteCount, partial: partial, patience: patience)
        try download.run { report(.receiving, file.name, $0, file.byteCount) }
        return download.isResumed
    }

    private func copy(_ file: PublicSet.File, from source: String, _ partial: PartialFile) throws {
        var reader = try FileReader(path: source)
        try expectSize(reader.size, of: file, at: source)
        let copy = try partial.emptied(etag: nil)
        var done = 0
        while true {
            let piece = try reader.read(upTo: 1 << 20)
            if piece.isEmpty { break }
            try copy.write(piece)
            done += piece.count
            report(.receiving, file.name, done, file.byteCount)
        }
    }

    private func check(_ file: PublicSet.File, at path: String, named name: String? = nil, remedy: String) throws {
        let sum = try SHA256.ofFile(at: path) { report(.checking, file.name, $0, file.byteCount) }
        guard sum == file.sha256 else {
            throw FoveaError(
                .badData,
                "\(quoted(name ?? path)) has the SHA-256 sum \(sum), the published \(quoted(file.name)) has \(file.sha256).",
                remedy: remedy)
        }
    }

    private func expectSize(_ size: Int, of file: PublicSet.File, at path: String) throws {
        guard size == file.byteCount else {
            throw FoveaError(
                .badData,
                "\(quoted(path)) has \(size) bytes, the published \(quoted(file.name)) has \(file.byteCount).",
                remedy: "Give a folder with the published files.")
        }
    }

    // MARK: Archives

    private func unpack() throws {
        if let kind = FileKind(at: target, followingLinks: false) {
            guard kind == .folder, try namesInFolder(target).isEmpty else {
                throw FoveaError(
                    .cannotCreate, "\(quoted(target)) exists already.",
                    remedy: "Choose another folder with --to, or remove it to fetch the set again.")
            }
        }
        // Beside the target, so that a rename makes the result.
        let workshop = target + ".download"
        let (unpacked, arranged) = ("\(workshop)/unpacked", "\(workshop)/arranged")
        _ = try createFolder(at: workshop)
        defer {
            removeFolder(unpacked)
            removeFolder(arranged)
            // Safe: the name is a C string for the length of the call. The folder stays while downloads are in it.
            if let name = workshop.systemName { unsafe rmdir(name) }
        }
        let archives = try set.files.map { try archive($0, in: workshop) }
        removeFolder(unpacked)
        removeFolder(arranged)
        _ = try createFolder(at: unpacked)
        for (file, path) in zip(set.files, archives) {
            guard file.name.hasSuffix(".tgz") || file.name.hasSuffix(".tar.gz") else {
                try replaceFile(
                    at: "\(unpacked)/\(file.name)", with: try readFile(at: path, limit: file.byteCount))
                continue
            }
            try unpackArchive(at: path, into: unpacked, limit: Self.limit(of: file)) {
                report(.unpacking, file.name, $0, nil)
            }
        }
        switch set.layout {
        case .files: break
        case .folder(let name):
            guard FileKind(at: "\(unpacked)/\(name)", followingLinks: false) == .folder else {
                throw FoveaError(
                    .badData, "The archive of \(quoted(set.name)) has no folder \(quoted(name)).",
                    remedy: "Use the published archive.")
            }
            try moveFile(at: "\(unpacked)/\(name)", to: target)
        case .pictures(let lists):
            try lists.arrange(unpacked, into: arranged) { report(.arranging, set.name, $0, $1) }
            try moveFile(at: arranged, to: target)
        }
        try synchronizeFolder(parentFolder(of: target))
        for file in set.files { removeFile("\(workshop)/\(file.name)") }
    }

    /// The path of a checked file of the set: in the user's folder, or downloaded.
    private func archive(_ file: PublicSet.File, in workshop: String) throws -> String {
        guard case .folder(let folder) = origin else {
            let path = path(of: file.name, in: workshop)
            try place(file, at: path)
            return path
        }
        let path = path(of: file.name, in: folder)
        try expectSize(try FileReader(path: path).size, of: file, at: path)
        try check(file, at: path, remedy: "Give a folder with the published files.")
        return path
    }

    /// The largest size of an archive once it is unpacked: photographs hardly compress.
    private static func limit(of file: PublicSet.File) -> Int { 4 * file.byteCount + (64 << 20) }

    private func report(_ step: Progress.Step, _ name: String, _ done: Int, _ total: Int?) {
        progress(Progress(step: step, name: name, done: done, total: total))
    }
}
