/// Pictures side by side and below each other on one picture, each with lines of text below it.
package struct CaptionedSheet {
    /// The meaning of a line, which its colour shows.
    package enum Tone: Sendable {
        case plain, right, wrong

        fileprivate var color: [UInt8] {
            switch self {
            case .plain: [40, 40, 40]
            case .right: [27, 127, 75]
            case .wrong: [179, 38, 30]
            }
        }
    }

    package struct Line: Sendable {
        let text: String
        let tone: Tone

        package init(_ text: String, _ tone: Tone = .plain) { (self.text, self.tone) = (text, tone) }
    }

    package struct Cell: Sendable {
        let picture: DecodedImage
        let caption: [Line]

        package init(picture: DecodedImage, caption: [Line]) { (self.picture, self.caption) = (picture, caption) }
    }

    private let title: [Line]
    private let cells: [Cell]

    package init(title: [Line], cells: [Cell]) { (self.title, self.cells) = (title, cells) }

    private static let (columns, side, gap, scale) = (5, 180, 14, 2)
    private static var lineHeight: Int { (PixelFont.height + 3) * scale }
    /// The number of characters below a picture.
    private static var room: Int { (side + gap) / ((PixelFont.width + 1) * scale) - 1 }

    /// The sheet. Pictures are shrunk to fit, or enlarged by whole factors; characters that are not of ASCII are question marks.
    ///
    /// - Throws: when a picture cannot be resized.
    package func image() throws -> DecodedImage {
        let columns = max(1, min(Self.columns, cells.count))
        let letters = (title.map(\.text.unicodeScalars.count).max() ?? 0) * (PixelFont.width + 1) * Self.scale
        let header = title.count * Self.lineHeight + Self.gap
        let captions = (cells.map(\.caption.count).max() ?? 0) * Self.lineHeight
        let (cellWidth, cellHeight) = (Self.side + Self.gap, Self.side + captions + Self.gap)
        var canvas = Canvas(
            height: header + (cells.count + columns - 1) / columns * cellHeight + 2 * Self.gap,
            width: max(columns * cellWidth, min(letters, 1600)) + 2 * Self.gap, grey: 245)
        write(title, on: &canvas, top: Self.gap, left: Self.gap)
        for (number, cell) in cells.enumerated() {
            let top = Self.gap + header + number / columns * cellHeight
            let left = Self.gap + number % columns * cellWidth
            let picture = try cell.picture.fitting(Self.side)
            canvas.draw(
                picture, top: top + (Self.side - picture.height) / 2, left: left + (Self.side - picture.width) / 2)
            let lines = cell.caption.map { line in
                line.text.unicodeScalars.count > Self.room
                    ? Line(String(line.text.prefix(Self.room - 2)) + "..", line.tone) : line
            }
            write(lines, on: &canvas, top: top + Self.side + 6, left: left)
        }
        return canvas.image
    }

    private func write(_ lines: [Line], on canvas: inout Canvas, top: Int, left: Int) {
        for (number, line) in lines.enumerated() {
            canvas.write(
                line.text, top: top + number * Self.lineHeight, left: left, scale: Self.scale, color: line.tone.color)
        }
    }
}
