import FoveaFoundation
import FoveaGraph

/// The members of a ZIP archive that is held in memory, stored or deflated. Sizes are checked before memory is allocated, and
/// contents against their sums.
///
/// Source: PKWARE, ".ZIP File Format Specification" (APPNOTE 6.3).
struct ZipArchive {
    struct Member {
        let name: String
        fileprivate let method: Int
        fileprivate let checksum: UInt32
        fileprivate let storedSize: Int
        let size: Int
        fileprivate let headerPosition: Int
    }

    private let bytes: [UInt8]
    let members: [Member]

    private static let endSignature: UInt64 = 0x0605_4b50
    private static let entrySignature: UInt64 = 0x0201_4b50
    private static let headerSignature: UInt64 = 0x0403_4b50
    private static let endSize = 22

    /// - Throws: ``FoveaError`` when the bytes are no such archive.
    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        // The end may be followed by a comment of at most 65,535 bytes.
        let last = bytes.count - Self.endSize
        let first = max(0, last - 65_535)
        guard last >= 0,
            let end = stride(from: last, through: first, by: -1).first(where: {
                bytes.number(at: $0, size: 4) == Self.endSignature
            }), let count = bytes.number(at: end + 10, size: 2), let start = bytes.number(at: end + 16, size: 4)
        else {
            throw Self.failure("It is no ZIP archive, or its end is missing")
        }
        var position = Int(start)
        var members: [Member] = []
        for _ in 0..<count {
            let (member, next) = try Self.entry(of: bytes, at: position)
            members.append(member)
            position = next
        }
        self.members = members
    }

    /// The entry of the directory at a position, and the position of the next.
    private static func entry(of bytes: [UInt8], at position: Int) throws -> (Member, next: Int) {
        func field(_ offset: Int, _ size: Int) throws -> Int {
            guard let number = bytes.number(at: position + offset, size: size) else {
                throw failure("It ends within its directory")
            }
            return Int(number)
        }
        guard try field(0, 4) == Int(entrySignature) else { throw failure("Its directory is damaged") }
        let (flags, nameLength) = (try field(8, 2), try field(28, 2))
        let end = position + 46 + nameLength
        guard end <= bytes.count else { throw failure("It ends within its directory") }
        let name = String(decoding: bytes[position + 46..<end], as: UTF8.self)
        guard flags & 1 == 0 else { throw failure("Its member \(quoted(name)) is encrypted") }
        let (storedSize, size) = (try field(20, 4), try field(24, 4))
        guard storedSize < 0xffff_ffff, size < 0xffff_ffff else {
            throw failure("Its member \(quoted(name)) has 4 GiB or more")
        }
        let member = Member(
            name: name, method: try field(10, 2), checksum: UInt32(try field(16, 4)), storedSize: storedSize,
            size: size, headerPosition: try field(42, 4))
        return (member, end + (try field(30, 2)) + (try field(32, 2)))
    }

    /// - Throws: ``FoveaError`` when the member is damaged, compressed by another method than deflate, or too large for the memory.
    func content(of member: Member) throws -> [UInt8] {
        let position = member.headerPosition
        guard bytes.number(at: position, size: 4) == Self.headerSignature,
            let nameLength = bytes.number(at: position + 26, size: 2),
            let extraLength = bytes.number(at: position + 28, size: 2),
            case let start = position + 30 + Int(nameLength) + Int(extraLength),
            start + member.storedSize <= bytes.count
        else {
            throw Self.failure("Its member \(quoted(member.name)) is cut off")
        }
        let stored = bytes[start..<start + member.storedSize]
        try AvailableMemory.require(member.size, for: "the member \(quoted(member.name))")
        let content: [UInt8]
        switch member.method {
        case 0 where member.size == member.storedSize: content = Array(stored)
        // Deflate makes nothing smaller than a 1,032nd.
        case 8 where member.size / 1032 <= member.storedSize:
            content = try ZlibLibrary.inflated(raw: stored, size: member.size)
        default: throw Self.failure("Its member \(quoted(member.name)) is compressed by method \(member.method)")
        }
        var checksum = Checksum()
        checksum.update(with: content[...])
        guard checksum.value == member.checksum else {
            throw Self.failure("Its member \(quoted(member.name)) does not have its sum")
        }
        return content
    }

    private static func failure(_ fault: String) -> FoveaError {
        FoveaError(.badData, "\(fault).", remedy: "Copy the file again, or write it again with numpy.savez.")
    }
}

extension [UInt8] {
    /// The unsigned little-endian number of so many bytes at a position; nil where they are not all there.
    func number(at position: Int, size: Int) -> UInt64? {
        guard position >= 0, position <= count - size else { return nil }
        return (0..<size).reduce(0) { $0 | UInt64(self[position + $1]) << UInt64(8 * $1) }
    }
}
