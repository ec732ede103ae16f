import FoveaFoundation
import FoveaGraph

/// An image file and its class.
struct LabelledFile: Sendable {
    let path: String
    let label: Int32
    /// The line of the table that names it.
    var line: Int?
}

/// The image files of a data set with their classes, before any of them is opened.
struct LabelledFiles {
    struct Part {
        let part: DataPart
        let name: String
        /// The folder that all files are in.
        let root: String
        let files: [LabelledFile]
    }

    let name: String
    let classNames: [String]
    let parts: [Part]
    /// What else was found; the images are not counted.
    let census: FileCensus
    /// The table that names the files.
    var table: String?

    /// The parts as sources of examples.
    ///
    /// - Parameters:
    ///   - badFiles: the treatment of files whose header cannot be read. Where it is nil, no file is opened: then only missing
    ///     ones are errors here, and the others when they are read.
    ///   - limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` that lists the first ten files that cannot be read, where there are more of them than `badFiles`
    ///   leaves out, or where they are all of a class.
    func splits(badFiles: BadFiles?, limits: ImageLimits) throws -> DataSplits {
        let checked = parts.map { part in (part: part, sizes: sizes(of: part, badFiles == nil ? nil : limits)) }
        let refused = checked.flatMap { part, sizes in
            zip(part.files, sizes).compactMap { file, size in
                if case .failure(let error) = size { RefusedFile(path: file.path, error: error) } else { nil }
            }
        }
        let count = parts.reduce(0) { $0 + $1.files.count }
        guard let badFiles else {
            if let first = refused.first { throw first.error }
            return try splits(checked, refused, limits)
        }
        guard refused.count <= badFiles.limit(of: count) else { throw refused.error(under: badFiles, among: count) }
        return try splits(checked, refused, limits)
    }

    /// The size of each file, or the reason why it cannot be read.
    ///
    /// - Parameter limits: the largest image; where it is nil, no file is opened.
    private func sizes(of part: Part, _ limits: ImageLimits?) -> [Result<Int, FoveaError>] {
        concurrentMap(part.files.count) { [files = part.files, table] index in
            let file = files[index]
            do {
                guard let limits else { return .success(try existingFileSize(file.path)) }
                return .success(try imageFileSize(checking: file.path, limits: limits))
            } catch {
                let known = error as? FoveaError ?? FoveaError(.inputOutput, "\(error)", at: .file(file.path))
                guard let table, let line = file.line else { return .failure(known) }
                return .failure(known.located(at: .line(line)).located(at: .file(table)))
            }
        }
    }

    private func splits(
        _ checked: [(part: Part, sizes: [Result<Int, FoveaError>])], _ refused: [RefusedFile],
        _ limits: ImageLimits
    ) throws -> DataSplits {
        var sources: [DataPart: ImageFolderSource] = [:]
        var census = census
        census.unreadable = refused.count
        for (part, sizes) in checked {
            let kept = zip(part.files, sizes).compactMap { file, size in
                (try? size.get()).map { ImageFolderSource.File(path: file.path, label: file.label, size: $0) }
            }
            try expectClasses(of: part, among: kept, refused)
            census.images += kept.count
            sources[part.part] = ImageFolderSource(
                kept, classNames: classNames, name: part.name, root: part.root, limits: limits)
        }
        guard let training = sources[.training] else {
            throw FoveaError(.badData, "\(quoted(name)) has no training part.", remedy: "Name it `train`.")
        }
        return DataSplits(
            training: training, validation: sources[.validation], test: sources[.test], files: census,
            refusedFiles: refused)
    }

    /// Throws when all files of a class cannot be read.
    private func expectClasses(of part: Part, among kept: [ImageFolderSource.File], _ refused: [RefusedFile]) throws {
        let left = Set(kept.map(\.label))
        guard let lost = part.files.first(where: { !left.contains($0.label) }) else { return }
        let reason = refused.first { $0.path == lost.path }?.error.problem ?? ""
        throw FoveaError(
            .badData,
            "No image of the class \(quoted(classNames[Int(lost.label)])) of \(quoted(part.name)) can be read: \(reason)",
            remedy: "Replace its images, or remove the class.")
    }
}

/// The size of a file that must exist.
private func existingFileSize(_ path: String) throws -> Int {
    guard let size = fileByteCount(at: path) else {
        throw FoveaError(
            .missingInput, "Cannot read \(quoted(path)).",
            remedy: "Check that it is there and may be read, and that a link leads to a file.")
    }
    return size
}
