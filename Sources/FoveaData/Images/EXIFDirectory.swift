/// The first directory of EXIF data, which is a TIFF file without pictures. Of outside origin: invalid data counts as
/// missing, and nothing is followed further than one step.
///
/// Source: Adobe, "TIFF Revision 6.0", section 2.
struct EXIFDirectory {
    private let bytes: ArraySlice<UInt8>
    private let isBigEndian: Bool

    /// The prefix that some programs put before the TIFF header.
    static let marker = Array("Exif".utf8) + [0, 0]

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while rest.starts(with: Self.marker) { rest = rest.dropFirst(Self.marker.count) }
        self.bytes = rest
        isBigEndian = rest.first == UInt8(ascii: "M")
    }

    /// The value of the tag `Orientation`, whatever number that is; nil where there is no such tag, or no number in it.
    var orientation: Int? {
        let order = isBigEndian ? UInt8(ascii: "M") : UInt8(ascii: "I")
        // The number 42; some programs write it in the other order.
        guard bytes.starts(with: [order, order]), [42, 42 << 8].contains(field(2, 2)),
            let directory = field(4, 4), let count = field(directory, 2)
        else { return nil }
        for entry in 0..<count {
            let offset = directory + 2 + 12 * entry
            guard let tag = field(offset, 2) else { return nil }
            if tag == 0x0112 { return number(at: offset) }
        }
        return nil
    }

    /// The first value of an entry, where it is a whole number and all values are present.
    private func number(at entry: Int) -> Int? {
        guard let type = field(entry + 2, 2), let count = field(entry + 4, 4), count > 0,
            let size = [3: 2, 4: 4, 5: 8, 6: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8][type]
        else { return nil }
        // A value of more than four bytes lies elsewhere. The count has 32 bits, so this cannot overflow.
        guard let start = size * count <= 4 ? entry + 8 : field(entry + 8, 4), start <= bytes.count - size * count
        else {
            return nil
        }
        switch type {
        case 3, 4, 6, 8, 9, 13, 16: return field(start, size)  // A negative number is not an orientation.
        case 5, 10:
            guard let numerator = field(start, 4), let denominator = field(start + 4, 4), denominator > 0 else {
                return nil
            }
            return numerator.isMultiple(of: denominator) ? numerator / denominator : nil
        case 11: return field(start, 4).flatMap { Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
        default: return pattern(start, 8).flatMap { Int(exactly: Double(bitPattern: $0)) }
        }
    }

    /// An unsigned number of `size` bytes that fits an `Int`.
    private func field(_ offset: Int, _ size: Int) -> Int? { pattern(offset, size).flatMap { Int(exactly: $0) } }

    private func pattern(_ offset: Int, _ size: Int) -> UInt64? {
        guard offset >= 0, offset <= bytes.count - size else { return nil }
        let start = bytes.startIndex + offset
        let part = bytes[start..<start + size]
        return (isBigEndian ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
