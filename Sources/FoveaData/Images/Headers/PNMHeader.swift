/// The text at the beginning of a Netpbm file: its kind, size, and largest value.
///
/// Source: Netpbm, "PBM", "PGM" and "PPM" format specifications.
struct PNMHeader {
    let height: Int
    let width: Int
    let channels: Int
    /// Whether the samples are numbers in text.
    let isText: Bool
    /// What means white; nil where a sample is one bit, of which 1 means black.
    let maximum: Int?
    let pixelStart: Int

    /// A longer beginning, by its comments, is taken for damage.
    private static let maximumByteCount = 64 << 10

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// - Throws: ``ImageFault`` when the header is damaged; what reading throws.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source) throws {
        let kind = try source.byte(1) - UInt8(ascii: "0")
        channels = kind == 3 || kind == 6 ? 3 : 1
        isText = kind <= 3
        var text = PNMText(Array(try source.bytes(0..<Self.maximumByteCount)), from: 2)
        width = try text.number("width")
        height = try text.number("height")
        let isBitmap = kind == 1 || kind == 4
        let largest = isBitmap ? 1 : try text.number("largest value")
        guard 1...65535 ~= largest else { throw ImageFault("its largest value is \(largest), not from 1 to 65535") }
        maximum = isBitmap ? nil : largest
        // One space ends the text.
        pixelStart = text.position + 1
    }

    var content: ImageHeader.Content {
        get throws { try ImageHeader.Content(height: height, width: width, channels: channels) }
    }
}

/// Numbers in text, with spaces and comments between them.
struct PNMText {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from start: Int) { (self.bytes, position) = (bytes, start) }

    /// - Throws: ``ImageFault`` where something else follows, or a number of more than nine digits.
    mutating func number(_ name: String) throws -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]), position - start < 10 {
            value = 10 * value + Int(bytes[position] - 0x30)
            position += 1
        }
        if position == bytes.count, start == position { throw ImageFault.endsEarly }
        guard 1...9 ~= position - start else { throw ImageFault("its \(name) at byte \(start) is no number") }
        return value
    }

    /// The next digit alone: spaces between bits may be left out.
    mutating func bit() throws -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw ImageFault.endsEarly }
        defer { position += 1 }
        switch bytes[position] {
        case 0x30: return 0
        case 0x31: return 1
        default: throw ImageFault("its pixel at byte \(position) is neither 0 nor 1")
        }
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != 0x0a, bytes[position] != 0x0d { position += 1 }
            } else if PNMHeader.isSpace(bytes[position]) {
                position += 1
            } else {
                return
            }
        }
    }
}
