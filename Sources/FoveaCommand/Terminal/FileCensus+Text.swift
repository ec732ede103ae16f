import FoveaData
import FoveaFormats

extension FileCensus {
    /// `2,531 files found: 2,527 images loaded, 4 skipped (3 of the system, 1 not an image of a class)`.
    var text: String {
        let reasons = [
            (unreadable, "cannot be read"), (systemFiles, "of the system"), (others, "not an image of a class"),
            (linkedFolders, "links to folders"),
        ].filter { $0.0 > 0 }
        let text = "\(found.grouped) files found: \(images.grouped) images loaded, \(skipped.grouped) skipped"
        return reasons.isEmpty ? text : "\(text) (\(reasons.map { "\($0.grouped) \($1)" }.joined(separator: ", ")))"
    }

    var json: JSONValue {
        [
            "found": .integer(found), "loaded": .integer(images), "skipped": .integer(skipped),
            "unreadable": .integer(unreadable), "system": .integer(systemFiles), "other": .integer(others),
            "linked_folders": .integer(linkedFolders),
        ]
    }
}
