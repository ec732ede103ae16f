import FoveaFoundation

/// The orientation of a camera, as EXIF counts it from 1 (upright) to 8: the change that brings a picture upright.
///
/// Found wherever Pillow finds it: in EXIF data, as any type of number, or else in XMP's text.
///
/// Source: CIPA DC-008 (Exif 2.32), tag `Orientation`; XMP Specification Part 2, `tiff:Orientation`.
struct ImageOrientation: Hashable {
    /// Whether rows become columns, after the flips below.
    var isTransposed = false
    /// Whether the last row comes first.
    var flipsRows = false
    /// Whether the last column comes first.
    var flipsColumns = false

    /// Upright.
    init() {}

    /// The orientation of a PNG file; upright where none is named, or the data is damaged.
    init(png bytes: [UInt8]) {
        let descriptions = PNGDescriptions(of: bytes)
        self.init(exif: descriptions.exif, xmp: descriptions.xmp)
    }

    /// - Parameters:
    ///   - exif: EXIF data from the TIFF header on; its marker may come before that.
    ///   - xmp: XMP's text.
    init(exif: [UInt8], xmp: [UInt8] = []) {
        self.init(number: EXIFDirectory(exif).orientation ?? Self.number(inXMP: xmp) ?? 1)
    }

    /// - Parameter number: EXIF's, 1 to 8; upright for any other.
    init(number: Int) {
        isTransposed = (5...8).contains(number)
        flipsRows = [3, 4, 6, 7].contains(number)
        flipsColumns = [2, 3, 7, 8].contains(number)
    }

    /// The digit of `tiff:Orientation="6"` or `<tiff:Orientation>6`.
    private static func number(inXMP text: [UInt8]) -> Int? {
        let name = Array("tiff:Orientation".utf8)
        for start in text.indices where text[start] == name[0] && text[start...].starts(with: name) {
            let rest = text[(start + name.count)...]
            for opening in ["=\"", ">"] where rest.starts(with: opening.utf8) {
                guard let digit = rest.dropFirst(opening.utf8.count).first else { continue }
                if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { return Int(digit - UInt8(ascii: "0")) }
            }
        }
        return nil
    }
}
