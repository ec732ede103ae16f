import FoveaData

/// A small image as lines of text: each character shows two pixels, one above the other.
struct CharacterImage {
    let lines: [String]

    /// The first channel of an image without its margin of two pixels: light pixels are drawn, dark ones are left out.
    init(_ image: DecodedImage) {
        let pixels = image.pixels
        let (height, width) = (image.height, image.width)
        func isLight(_ row: Int, _ column: Int) -> Bool { row < height && pixels[row * width + column] >= 96 }
        let margin = 2
        lines = stride(from: margin, to: max(margin, height - margin), by: 2).map { row in
            String(
                (margin..<max(margin, width - margin)).map { column -> Character in
                    switch (isLight(row, column), isLight(row + 1, column)) {
                    case (true, true): "█"
                    case (true, false): "▀"
                    case (false, true): "▄"
                    case (false, false): " "
                    }
                })
        }
    }
}
