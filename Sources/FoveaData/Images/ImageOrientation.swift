/// How a camera was held, as EXIF counts it from 1 (upright) to 8: what has to be done to a picture so that it stands
/// upright.
///
/// Source: CIPA DC-008 (Exif 2.32), tag `Orientation`.
struct ImageOrientation: Hashable {
    /// Whether rows become columns, after what follows.
    var isTransposed = false
    /// Whether the last row comes first.
    var flipsRows = false
    /// Whether the last column comes first.
    var flipsColumns = false

    /// The orientation that EXIF data names; upright where it names none, or is not sound.
    ///
    /// - Parameter exif: from the TIFF header on.
    init(exif: [UInt8]) {
        guard let number = Self.number(in: exif) else { return }
        isTransposed = number >= 5
        flipsRows = [3, 4, 6, 7].contains(number)
        flipsColumns = [2, 3, 7, 8].contains(number)
    }

    private static func number(in exif: [UInt8]) -> Int? {
        guard exif.count >= 2 else { return nil }
        let isBigEndian = exif[0] == UInt8(ascii: "M")
        /// An unsigned number of so many bytes.
        func field(_ offset: Int, _ size: Int) -> Int? {
            guard offset <= exif.count - size else { return nil }
            let bytes = exif[offset..<offset + size]
            return (isBigEndian ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        guard exif[0] == exif[1], field(2, 2) == 42, let directory = field(4, 4), let count = field(directory, 2)
        else { return nil }
        for entry in 0..<count {
            let offset = directory + 2 + 12 * entry
            guard let tag = field(offset, 2) else { return nil }
            // A number of 16 bits, one of them.
            guard tag == 0x0112, field(offset + 2, 2) == 3, field(offset + 4, 4) == 1 else { continue }
            return field(offset + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil }
        }
        return nil
    }
}
