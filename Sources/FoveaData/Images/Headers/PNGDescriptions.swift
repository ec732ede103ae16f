import CZlib
import FoveaFoundation

/// The metadata that programs wrote before or after a PNG picture's pixels: EXIF data in a chunk `eXIf` or, as from
/// ImageMagick, as hexadecimal digits in a text, and XMP's text.
///
/// Source: ISO/IEC 15948, 11.3.4; PNG extensions 1.5.0, `eXIf`; XMP Specification Part 3.
struct PNGDescriptions {
    /// EXIF data; empty where there is none.
    private(set) var exif: [UInt8] = []
    /// XMP's text; empty where there is none.
    private(set) var xmp: [UInt8] = []
    /// Whether the chunk that ends the file is there.
    private(set) var isComplete = false
    /// The embedded colour profile as it is packed; empty where there is none.
    private var packedProfile: ArraySlice<UInt8> = []

    /// Longer texts are ignored, and longer chunks than a profile may have.
    private static let maximumTextByteCount = 1 << 20

    /// The keys of texts, each ended by a zero. Only the first text of each is read: unpacking takes time.
    private static let profileKey = Array("Raw profile type exif".utf8) + [0]
    private static let xmpKey = Array("XML:com.adobe.xmp".utf8) + [0]

    init(of bytes: [UInt8]) {
        var source = BytesInMemory(bytes)
        // A source in memory cannot fail.
        self = (try? Self(reading: &source)) ?? Self()
    }

    private init() {}

    /// Ends where the file or its order does.
    ///
    /// - Throws: only what reading throws.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source) throws {
        var (profile, xmp): ([UInt8]?, [UInt8]?)
        var position = 8
        while position + 12 <= source.count {
            let head = try source.bytes(position..<position + 8)
            guard head.count == 8 else { break }
            let end = position + 12 + Self.number(head.prefix(4))
            guard end <= source.count else { break }
            let type = String(decoding: head.suffix(4), as: UTF8.self)
            if ["eXIf", "iCCP", "tEXt", "zTXt", "iTXt"].contains(type),
                end - position <= ColourTransform.maximumProfileByteCount
            {
                let chunk = try source.bytes(position + 4..<end)
                let content = chunk.dropFirst(4).dropLast(4)
                if !Self.isSound(chunk) {
                    // What is damaged does not count.
                } else if type == "eXIf" {
                    exif = Array(content)
                } else if type == "iCCP" {
                    // A name of its own and the method of compression, of which there is one, come first.
                    packedProfile = content.drop { $0 != 0 }.dropFirst(2)
                } else if profile == nil, content.starts(with: Self.profileKey) {
                    profile = Self.text(type, content) ?? []
                } else if xmp == nil, content.starts(with: Self.xmpKey) {
                    xmp = Self.text(type, content) ?? []
                }
            }
            if type == "IEND" {
                isComplete = true
                break
            }
            position = end
        }
        if exif.isEmpty { exif = Self.exif(inProfile: profile ?? []) }
        self.xmp = xmp ?? []
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    /// Whether the type and content of a chunk match the checksum that follows them.
    private static func isSound(_ chunk: ArraySlice<UInt8>) -> Bool {
        var checksum = Checksum()
        checksum.update(with: chunk.dropLast(4))
        return Int(checksum.value) == number(chunk.suffix(4))
    }

    /// The text of a chunk, after its key; nil where it is damaged.
    private static func text(_ type: String, _ content: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = content.drop { $0 != 0 }.dropFirst()
        var isPacked = type == "zTXt"
        if isPacked {
            rest = rest.dropFirst()  // the method of compression: there is only one
        } else if type == "iTXt" {
            isPacked = rest.first == 1
            // After two bytes on packing come language and translated key, each with a zero.
            let fields = rest.dropFirst(2).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            rest = fields[2]
        }
        return isPacked ? unpacked(rest, upTo: maximumTextByteCount) : Array(rest)
    }

    /// The embedded colour profile; empty where there is none, or it is damaged or too large.
    var profile: [UInt8] {
        packedProfile.isEmpty ? [] : Self.unpacked(packedProfile, upTo: ColourTransform.maximumProfileByteCount) ?? []
    }

    /// Nil where what is packed is damaged or too long.
    private static func unpacked(_ packed: ArraySlice<UInt8>, upTo limit: Int) -> [UInt8]? {
        let bytes = Array(packed)
        var count = uLongf(limit)
        var status = Z_OK
        let text = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, initialized in
            // Safe: zlib writes at most `count` bytes, which the buffer has, and says how many they are.
            unsafe status = uncompress(target.baseAddress, &count, bytes, uLong(bytes.count))
            initialized = status == Z_OK ? Int(count) : 0
        }
        return status == Z_OK ? text : nil
    }

    /// Digits follow an empty line, the kind of the profile and its length.
    private static func exif(inProfile text: [UInt8]) -> [UInt8] {
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4 else { return [] }
        let digits = lines[3].compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
