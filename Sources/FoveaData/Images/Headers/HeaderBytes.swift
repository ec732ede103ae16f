import FoveaFoundation

/// The bytes of a file of outside origin, read where a header says that something is.
protocol HeaderBytes: ~Copyable {
    var count: Int { get }
    /// The bytes of a range: those that there are.
    mutating func bytes(_ range: Range<Int>) throws -> ArraySlice<UInt8>
}

extension HeaderBytes where Self: ~Copyable {
    /// The byte at `offset`.
    ///
    /// - Throws: ``ImageFault`` where there is none.
    mutating func byte(_ offset: Int) throws -> UInt8 {
        guard offset >= 0, offset < count, let byte = try bytes(offset..<offset + 1).first else {
            throw ImageFault.endsEarly
        }
        return byte
    }

    /// The unsigned number at `offset`, the lowest byte first.
    ///
    /// - Throws: ``ImageFault`` where the file ends before.
    mutating func littleEndian(_ offset: Int, byteCount: Int) throws -> Int {
        try whole(offset, byteCount).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// The unsigned number at `offset`, the highest byte first.
    ///
    /// - Throws: ``ImageFault`` where the file ends before.
    mutating func bigEndian(_ offset: Int, byteCount: Int) throws -> Int {
        try whole(offset, byteCount).reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func whole(_ offset: Int, _ byteCount: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, offset <= count - byteCount else { throw ImageFault.endsEarly }
        let bytes = try bytes(offset..<offset + byteCount)
        guard bytes.count == byteCount else { throw ImageFault.endsEarly }
        return bytes
    }
}

/// A file that is in memory.
struct BytesInMemory: HeaderBytes {
    private let content: [UInt8]

    init(_ content: [UInt8]) { self.content = content }

    var count: Int { content.count }

    func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        content[range.clamped(to: content.startIndex..<content.endIndex)]
    }
}

/// A file that is read a part at a time.
struct BytesOfFile: HeaderBytes, ~Copyable {
    let count: Int
    private let file: File
    /// What was read last, and where it lies in the file.
    private var window: [UInt8] = []
    private var windowStart = 0

    /// What is read at once: in the beginning as much as most headers have, later what leads to the next part.
    private static let (firstByteCount, nextByteCount) = (16 << 10, 4 << 10)

    /// - Throws: ``FoveaError`` when it is no regular file, or has more than `limit` bytes.
    init(_ path: String, limit: Int) throws {
        let file = try File(reading: path)
        count = try file.size(upTo: limit)
        self.file = file
    }

    mutating func bytes(_ range: Range<Int>) throws -> ArraySlice<UInt8> {
        let range = range.clamped(to: 0..<count)
        if range.lowerBound < windowStart || range.upperBound > windowStart + window.count {
            let least = windowStart == 0 && window.isEmpty ? Self.firstByteCount : Self.nextByteCount
            window = try file.read(upTo: min(max(range.count, least), count - range.lowerBound), at: range.lowerBound)
            windowStart = range.lowerBound
        }
        let start = range.lowerBound - windowStart
        return window[min(start, window.count)..<min(start + range.count, window.count)]
    }
}
