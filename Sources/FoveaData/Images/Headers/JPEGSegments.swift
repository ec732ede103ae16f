/// What a JPEG file says before its pixels: its size, and the metadata that programs write in segments APP1 and APP2.
///
/// Source: ITU-T T.81, annex B; CIPA DC-008 (Exif 2.32), 4.7; XMP Specification Part 3; ICC.1:2022, B.4.
struct JPEGSegments {
    /// What the frame's header says.
    struct Frame {
        let height: Int
        let width: Int
        let components: Int
        let isProgressive: Bool
    }

    /// Nil where none comes before the first scan.
    private(set) var frame: Frame?
    /// EXIF data from the TIFF header on; empty where there is none.
    private(set) var exif: [UInt8] = []
    /// XMP's text; empty where there is none.
    private(set) var xmp: [UInt8] = []
    /// Where the parts of the embedded colour profile are in the file, by their numbers.
    private var profileParts: [Int: Range<Int>] = [:]
    /// The position of the first scan's marker, and the number of components in it.
    private var firstScan: (position: Int, components: Int)?
    /// Whether everything before the pixels is there.
    private var isComplete = false

    private static let xmpMarker = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]
    private static let profileMarker = Array("ICC_PROFILE".utf8) + [0]

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
        var position = 2
        while let mark = try Self.nextMark(&source, from: position) {
            let head = try Array(source.bytes(mark..<mark + 4))
            guard head.count >= 2 else { break }
            position = mark + 1
            switch head[1] {
            case 0xff: continue  // padding
            case 0xd9:  // the end
                isComplete = true
                return
            case 0x00, 0x01, 0xd0...0xd8: position += 1  // not a segment
            default:
                guard head.count == 4 else { break }
                let content = mark + 4..<max(mark + 4, mark + 2 + Int(head[2]) << 8 + Int(head[3]))
                guard Int(head[2]) << 8 + Int(head[3]) >= 2, content.upperBound <= source.count else { return }
                try keep(head[1], content, &source)
                if head[1] == 0xda {
                    isComplete = true
                    return
                }
                position = content.upperBound
            }
        }
    }

    private static func nextMark<Source: HeaderBytes & ~Copyable>(
        _ source: inout Source, from start: Int
    ) throws -> Int? {
        var position = start
        while position < source.count {
            let bytes = try source.bytes(position..<position + 512)
            if let mark = bytes.firstIndex(of: 0xff) { return position + mark - bytes.startIndex }
            if bytes.isEmpty { return nil }
            position += bytes.count
        }
        return nil
    }

    private mutating func keep<Source: HeaderBytes & ~Copyable>(
        _ code: UInt8, _ content: Range<Int>, _ source: inout Source
    ) throws {
        switch code {
        case 0xc4, 0xc8, 0xcc: break  // tables
        case 0xc0...0xcf where frame == nil:
            let fields = try Array(source.bytes(content.prefix(6)))
            guard fields.count == 6 else { return }
            frame = Frame(
                height: Int(fields[1]) << 8 + Int(fields[2]), width: Int(fields[3]) << 8 + Int(fields[4]),
                components: Int(fields[5]), isProgressive: [0xc2, 0xc6, 0xca, 0xce].contains(code))
        case 0xda:
            firstScan = (content.lowerBound - 4, Int(try source.bytes(content.prefix(1)).first ?? 0))
        case 0xe1:
            let segment = try source.bytes(content)
            if segment.starts(with: EXIFDirectory.marker) {
                // Data too long for one segment continues in the next.
                exif += segment.dropFirst(EXIFDirectory.marker.count)
            } else if segment.starts(with: Self.xmpMarker) {
                xmp = Array(segment.dropFirst(Self.xmpMarker.count))
            }
        case 0xe2:
            let start = Self.profileMarker.count
            let head = try Array(source.bytes(content.prefix(start + 2)))
            guard head.starts(with: Self.profileMarker), head.count == start + 2 else { return }
            profileParts[Int(head[start])] = content.dropFirst(start + 2)
        default: break
        }
    }
}

extension JPEGSegments {
    /// The embedded colour profile, whose parts are in their order and none missing; empty where there is none.
    func profile(in bytes: [UInt8]) -> [UInt8] {
        let numbers = profileParts.keys.sorted()
        guard numbers == Array(1..<numbers.count + 1) else { return [] }
        return numbers.flatMap { bytes[(profileParts[$0] ?? 0..<0).clamped(to: bytes.startIndex..<bytes.endIndex)] }
    }

    /// - Throws: ``ImageFault`` when the file ends before its size, or names none.
    var content: ImageHeader.Content {
        get throws {
            guard let frame else { throw isComplete ? ImageFault("it names no size") : .endsEarly }
            let isMultiple = frame.isProgressive || (firstScan?.components ?? 0) < frame.components
            return try ImageHeader.Content(
                height: frame.height, width: frame.width, channels: frame.components == 1 ? 1 : 3,
                orientation: ImageOrientation(exif: exif, xmp: xmp), firstScan: isMultiple ? firstScan?.position : nil)
        }
    }

    /// Cameras and web sites write up to a few dozen scans; each costs a walk over the whole picture.
    static let maximumScanCount = 100

    /// - Parameter start: the position of the first scan's marker.
    /// - Throws: ``ImageFault`` when there are more scans than anybody needs.
    static func limitScans(_ bytes: [UInt8], behind start: Int?) throws(ImageFault) {
        guard let start, start < bytes.count else { return }
        var count = 0
        // A byte 255 of the pixels is followed by 0: what looks like the mark of a scan is one.
        let span = bytes.span
        for index in start..<span.count - 1 where span[index] == 0xff && span[index + 1] == 0xda {
            count += 1
            if count > maximumScanCount { throw ImageFault("it has more than \(maximumScanCount) scans") }
        }
    }
}
