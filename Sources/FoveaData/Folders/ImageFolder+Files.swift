import FoveaFoundation
import FoveaGraph

extension ImageFolder {
    /// The images of all parts with their classes.
    ///
    /// - Parameter classes: fixes the order of the classes, which is otherwise that of their bytes.
    /// - Throws: ``FoveaError`` that names the folder when it may not be read, has a single class or one without images, or when
    ///   a part has a class that the training part lacks, or `classes` are others.
    func files(classes: ClassesFile? = nil) throws -> LabelledFiles {
        if let error = unreadable.first { throw error }
        for part in parts where part.classes.isEmpty {
            throw FoveaError(
                .badData, "The folder \(quoted(part.path)) has no class folders.",
                remedy: "Put a folder of images for each class into it.")
        }
        let training = parts[0]
        for part in parts.dropFirst() { try part.expectClasses(of: training) }
        guard training.classes.count > 1 else {
            throw FoveaError(
                .badData, "\(quoted(training.path)) has a single class folder, \(quoted(training.classes[0].name)).",
                remedy: "A classifier needs at least two: put the images of each class into a folder of its own.")
        }
        for folder in parts.flatMap(\.classes) where folder.images.isEmpty {
            throw FoveaError(
                .badData, "The class folder \(quoted(folder.path)) has no images.",
                remedy: "Put images into it, or remove it.")
        }
        let classNames =
            try classes?.ordering(
                training.classNames, foundAs: { "the folder \(quoted($0)) in \(quoted(training.path))" })
            ?? training.classNames
        return LabelledFiles(
            name: folderName(path), classNames: classNames,
            parts: parts.map { $0.labelled(classNames) }, census: census)
    }
}

extension ImageFolder.Part {
    /// Throws when there are class folders that the training part lacks.
    fileprivate func expectClasses(of training: ImageFolder.Part) throws {
        let known = training.classNames
        let unknown = classNames.filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        let nearest = unknown.compactMap { nearestName(to: $0, among: known) }.first
        throw FoveaError(
            .badData,
            "\(quoted(path)) has the class \(unknown.map(quoted).joined(separator: ", ")), which "
                + "\(quoted(training.path)) lacks.",
            remedy: nearest.map { "Did you mean \(quoted($0))? All parts have the same classes." }
                ?? "Give all parts the same class folders.")
    }

    /// Its images with their classes, in the order of the folders' names.
    func labelled(_ classNames: [String]) -> LabelledFiles.Part {
        let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
        let files = classes.flatMap { folder in
            folder.images.map { LabelledFile(path: $0, label: labels[folder.name] ?? 0) }
        }
        return LabelledFiles.Part(part: part, name: folderName(path), root: path, files: files)
    }
}
