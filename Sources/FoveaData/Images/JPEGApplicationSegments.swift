/// What a JPEG file says before its pixels: their number, and the metadata that programs wrote in segments APP1.
///
/// Source: ITU-T T.81, annex B; CIPA DC-008 (Exif 2.32), 4.7; XMP Specification Part 3.
struct JPEGApplicationSegments {
    /// Rows and columns; nil where the file ends before them.
    private(set) var size: (height: Int, width: Int)?
    /// EXIF data from the TIFF header on; empty where there is none.
    private(set) var exif: [UInt8] = []
    /// XMP's text; empty where there is none.
    private(set) var xmp: [UInt8] = []

    private static let xmpMarker = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]

    init(of bytes: [UInt8]) {
        var position = 2
        while let mark = bytes[min(position, bytes.count)...].firstIndex(of: 0xff), mark + 1 < bytes.count {
            let code = bytes[mark + 1]
            position = mark + 1
            switch code {
            case 0xff: continue  // padding
            case 0xda, 0xd9: return  // the pixels, or the end
            case 0x00, 0x01, 0xd0...0xd8: position += 1  // not a segment
            default:
                guard mark + 3 < bytes.count else { return }
                let end = mark + 2 + Int(bytes[mark + 2]) << 8 + Int(bytes[mark + 3])
                guard end >= mark + 4, end <= bytes.count else { return }
                if code == 0xe1 { keep(bytes[(mark + 4)..<end]) }
                if Self.isFrame(code), end >= mark + 9 {
                    func number(at start: Int) -> Int { Int(bytes[start]) << 8 + Int(bytes[start + 1]) }
                    size = (height: number(at: mark + 5), width: number(at: mark + 7))
                }
                position = end
            }
        }
    }

    /// Whether a marker begins a frame, SOF0 to SOF15; three among them mean something else.
    private static func isFrame(_ code: UInt8) -> Bool { 0xc0...0xcf ~= code && ![0xc4, 0xc8, 0xcc].contains(code) }

    private mutating func keep(_ segment: ArraySlice<UInt8>) {
        if segment.starts(with: EXIFDirectory.marker) {
            // Data too long for one segment continues in the next.
            exif += segment.dropFirst(EXIFDirectory.marker.count)
        } else if segment.starts(with: Self.xmpMarker) {
            xmp = Array(segment.dropFirst(Self.xmpMarker.count))
        }
    }
}
