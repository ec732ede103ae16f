import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// The images that several runs are compared on.
struct ComparedData {
    let part: MeasuredPart
    /// The classes in the order of the images' labels.
    let classNames: [String]
    let badFiles: BadFileRecord

    /// - Throws: ``FoveaError`` when runs have different classes, or have held different parts of the data out.
    init(_ folders: [RunFolder], _ measurement: MeasurementOptions, _ split: DataPart?) throws {
        try Self.expectSameClasses(folders)
        var found: [(folder: RunFolder, splits: DataSplits, part: MeasuredPart)] = []
        for folder in folders {
            let reference = ModelReference.run(folder)
            // Data in memory need not be loaded twice.
            let known = found.first { $0.folder.model.classNames == folder.model.classNames }?.splits
            let splits = try known ?? measurement.load(for: reference)
            let part = try MeasuredPart(split, of: splits, named: measurement.data, for: reference)
            found.append((folder, splits, part))
        }
        // A part that a run held out comes first: others may have been trained on the rest of the data.
        let chosen = found.first { $0.part.isRecreated } ?? found[0]
        try Self.expectSamePart(found.filter(\.part.isRecreated).map { ($0.folder, $0.part) }, measurement.data)
        part = chosen.part
        classNames = chosen.folder.model.classNames
        badFiles = measurement.record(chosen.splits)
        part.compareClassNames(with: classNames)
    }

    private static func expectSameClasses(_ folders: [RunFolder]) throws {
        let first = folders[0]
        let known = Set(first.model.classNames)
        for folder in folders.dropFirst() {
            let names = Set(folder.model.classNames)
            guard names != known else { continue }
            let (missing, extra) = (known.subtracting(names).sorted(), names.subtracting(known).sorted())
            let differences = [(missing, first.path), (extra, folder.path)].filter { !$0.0.isEmpty }.map {
                names, path in
                "only \(quoted(path)) has \(names.prefix(5).map(quoted).joined(separator: ", "))"
                    + (names.count > 5 ? " and \(names.count - 5) more" : "")
            }
            throw FoveaError(
                .badData,
                "\(quoted(first.path)) and \(quoted(folder.path)) have different classes: "
                    + "\(differences.joined(separator: "; ")).",
                remedy: "Compare runs of the same classes.")
        }
    }

    private static func expectSamePart(_ parts: [(folder: RunFolder, part: MeasuredPart)], _ data: String) throws {
        guard let first = parts.first else { return }
        let fingerprint = try first.part.source.fingerprint()
        for other in parts.dropFirst() where try other.part.source.fingerprint() != fingerprint {
            throw FoveaError(
                .badData,
                "\(quoted(first.folder.path)) and \(quoted(other.folder.path)) held different parts of \(quoted(data)) out, so "
                    + "that each has been trained on images that the other has not.",
                remedy:
                    "Train both with the same --val-split and --seed, or compare them on images that neither has seen.")
        }
    }
}
