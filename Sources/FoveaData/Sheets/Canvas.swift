/// A picture that others and short texts are put on.
struct Canvas {
    let height: Int
    let width: Int
    /// `[row, column, channel]`, three channels.
    private var pixels: [UInt8]

    /// A grey canvas.
    init(height: Int, width: Int, grey: UInt8) {
        (self.height, self.width) = (height, width)
        pixels = [UInt8](repeating: grey, count: height * width * 3)
    }

    var image: DecodedImage { DecodedImage(pixels: pixels, channels: 3, height: height, width: width) }

    /// Puts an image at a place; what does not fit on the canvas is cut off.
    mutating func draw(_ image: DecodedImage, top: Int, left: Int) {
        let source = image.channels == 3 ? image : image.converted(toChannels: 3)
        let columns = min(image.width, width - left)
        guard columns > 0 else { return }
        for row in 0..<min(image.height, height - top) {
            let from = source.bytes.startIndex + row * source.width * 3
            let to = ((top + row) * width + left) * 3
            pixels.replaceSubrange(to..<to + columns * 3, with: source.bytes[from..<from + columns * 3])
        }
    }

    /// Writes a line of text in a colour of red, green and blue, each pixel of its letters a square of `scale`; what does not fit is cut off.
    mutating func write(_ text: String, top: Int, left: Int, scale: Int, color: [UInt8]) {
        for (number, character) in text.unicodeScalars.enumerated() {
            for (column, bits) in PixelFont.columns(of: character).enumerated() {
                for row in 0..<PixelFont.height where bits >> UInt8(row) & 1 == 1 {
                    let x = left + (number * (PixelFont.width + 1) + column) * scale
                    fill(top: top + row * scale, left: x, side: scale, color)
                }
            }
        }
    }

    private mutating func fill(top: Int, left: Int, side: Int, _ color: [UInt8]) {
        for row in top..<min(top + side, height) where left < width {
            let start = (row * width + left) * 3
            for position in start..<start + (min(left + side, width) - left) * 3 {
                pixels[position] = color[(position - start) % 3]
            }
        }
    }
}
