import FoveaGraph

/// Rows of pictures, each with a title above it, on one picture.
package struct ContactSheet {
    package struct Row {
        let title: String
        let pictures: [DecodedImage]

        package init(title: String, pictures: [DecodedImage]) { (self.title, self.pictures) = (title, pictures) }
    }

    private let rows: [Row]
    /// The side of the square that each picture lies in.
    private let side: Int

    package init(_ rows: [Row], side: Int) { (self.rows, self.side) = (rows, side) }

    private static let (gap, scale) = (8, 2)
    private static let background: UInt8 = 245
    private static let ink: [UInt8] = [40, 40, 40]

    /// The sheet. Characters of titles that are not of ASCII are question marks.
    package var image: DecodedImage {
        let titleHeight = PixelFont.height * Self.scale + Self.gap
        let rowHeight = titleHeight + side + 2 * Self.gap
        let columns = max(1, rows.map(\.pictures.count).max() ?? 1)
        let letters = (rows.map(\.title.unicodeScalars.count).max() ?? 0) * (PixelFont.width + 1) * Self.scale
        let width = max(columns * (side + Self.gap), min(letters, 640)) + 2 * Self.gap
        var canvas = Canvas(
            height: max(1, rows.count) * rowHeight + Self.gap, width: width, grey: Self.background)
        for (number, row) in rows.enumerated() {
            let top = Self.gap + number * rowHeight
            canvas.write(row.title, top: top, left: Self.gap, scale: Self.scale, color: Self.ink)
            for (column, picture) in row.pictures.enumerated() {
                canvas.draw(
                    picture, top: top + titleHeight + (side - picture.height) / 2,
                    left: Self.gap + column * (side + Self.gap) + (side - picture.width) / 2)
            }
        }
        return canvas.image
    }
}

extension DataInspection {
    /// Some pictures of each class, evenly spaced in the data, one row for a class; of more than 60 classes the first 60.
    package func contactSheet() throws -> DecodedImage {
        let side = 96
        let rows = try survey.classNames.indices.prefix(60).map { label in
            ContactSheet.Row(
                title: "\(survey.classNames[label]) (\(readablePictures[label].count))",
                pictures: try samples(ofClass: label, count: 10).map { try survey.thumbnail(of: $0, side: side) })
        }
        return ContactSheet(rows, side: side).image
    }

    /// The positions of some pictures of a class, evenly spaced.
    package func samples(ofClass label: Int, count: Int) -> [Int] {
        let members = readablePictures[label]
        guard members.count > count else { return members }
        return (0..<count).map { members[$0 * members.count / count] }
    }
}
