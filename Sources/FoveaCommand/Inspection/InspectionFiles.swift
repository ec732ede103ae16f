import FoveaData
import FoveaFoundation
import FoveaGraph

/// The page and the contact sheet of an inspection.
struct InspectionFiles {
    let paths: [String]

    /// Writes a page (`.html`, `.htm`), a contact sheet (`.png`), or both into a folder, which is created where it is missing.
    ///
    /// - Throws: ``FoveaError`` when a file cannot be written.
    init(_ inspection: DataInspection, at path: String) throws {
        switch path.fileExtension {
        case "html", "htm": paths = [try Self.writePage(inspection, to: path)]
        case "png": paths = [try Self.writeSheet(inspection, to: path)]
        default:
            if FileKind(at: path) == .regularFile {
                throw FoveaError(
                    .cannotCreate, "\(quoted(path)) is a file.",
                    remedy: "Name a folder, or a file that ends in .html or .png.")
            }
            let folder = path.withoutTrailingSlashes
            _ = try createFolder(at: folder)
            paths = [
                try Self.writePage(inspection, to: "\(folder)/inspection.html"),
                try Self.writeSheet(inspection, to: "\(folder)/contact-sheet.png"),
            ]
        }
    }

    private static func writePage(_ inspection: DataInspection, to path: String) throws -> String {
        try replaceFile(at: path, with: Array(InspectionPage(inspection).html.utf8))
        return path
    }

    private static func writeSheet(_ inspection: DataInspection, to path: String) throws -> String {
        try replaceFile(at: path, with: inspection.contactSheet().png())
        return path
    }
}
