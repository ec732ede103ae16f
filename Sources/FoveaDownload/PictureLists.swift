import FoveaData
import FoveaFoundation

/// How a set says which picture belongs to which part and class. Paths are relative to where its archives are unpacked.
package enum PictureLists: Sendable {
    /// A text for each part with a picture on every line: `CLASS/NAME`, or `CLASS_NUMBER` and perhaps more words. The
    /// picture is the `.jpg` of that name below `pictures`.
    case texts(training: String, test: String, pictures: String)
    /// Two MATLAB files: `labels` is the class of each picture, from 1, and `trnid`, `valid` and `tstid` are the pictures
    /// of the parts, `image_00001.jpg` on. The folders of the classes are called after number and name.
    case matrices(labels: String, parts: String, pictures: String, classes: [String])

    /// A picture and where it belongs.
    struct Placement {
        let picture: String
        let part: DataPart
        let className: String
    }

    private static let maximumByteCount = 64 << 20

    /// - Throws: ``FoveaError`` when a list is missing or not of that form.
    func placements(in folder: String) throws -> [Placement] {
        switch self {
        case .texts(let training, let test, let pictures):
            return try Self.placements(.training, listedIn: training, pictures, folder)
                + Self.placements(.test, listedIn: test, pictures, folder)
        case .matrices(let labels, let parts, let pictures, let classes):
            let labels = try MATFile(path: path(of: labels, in: folder)).array("labels")
            let parts = try MATFile(path: path(of: parts, in: folder))
            return try [(DataPart.training, "trnid"), (.validation, "valid"), (.test, "tstid")].flatMap { part, name in
                try parts.array(name).map { number in
                    guard labels.indices.contains(number - 1), classes.indices.contains(labels[number - 1] - 1) else {
                        throw FoveaError(
                            .badData, "Picture \(number) of the list \(quoted(name)) has no class.",
                            remedy: "Download the set again.")
                    }
                    let label = labels[number - 1]
                    return Placement(
                        picture: "\(pictures)/image_\(Self.padded(number, 5)).jpg", part: part,
                        className: "\(Self.padded(label, 3)) \(classes[label - 1])")
                }
            }
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func placements(
        _ part: DataPart, listedIn list: String, _ pictures: String, _ folder: String
    ) throws -> [Placement] {
        let path = path(of: list, in: folder)
        let lines = String(decoding: try readFile(at: path, limit: maximumByteCount), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        return try lines.enumerated().compactMap { index, line in
            // A line with `#` is a comment.
            guard let name = line.split(separator: " ").first, !name.hasPrefix("#") else { return nil }
            let names = String(name).pathComponents
            let className =
                names.count == 2 ? names.first : names.first?.wholeMatch(of: /(.+)_\d+/).map { String($0.1) }
            guard names.count <= 2, !names.contains(".."), !names.contains("."), let className else {
                throw FoveaError(
                    .badData, "The line \(quoted(String(line))) names no picture.", at: .file(path), .line(index + 1),
                    remedy: "Download the set again.")
            }
            return Placement(picture: "\(pictures)/\(name).jpg", part: part, className: className)
        }
    }

    /// Moves the pictures below `folder` to folders of their parts and classes below `target`.
    func arrange(_ folder: String, into target: String, progress: (Int, Int) -> Void) throws {
        let placements = try placements(in: folder)
        var folders: Set<String> = []
        for (index, placement) in placements.enumerated() {
            let classFolder = "\(target)/\(placement.part.rawValue)/\(placement.className)"
            if folders.insert(classFolder).inserted { _ = try createFolder(at: classFolder) }
            let picture = path(of: placement.picture, in: folder)
            guard FileKind(at: picture, followingLinks: false) == .regularFile, let name = picture.pathComponents.last
            else {
                throw FoveaError(
                    .badData, "The archive lacks the picture \(quoted(placement.picture)), which its lists name.",
                    remedy: "Download the set again.")
            }
            try moveFile(at: picture, to: path(of: name, in: classFolder))
            progress(index + 1, placements.count)
        }
    }
}
