import FoveaData
import FoveaFoundation
import FoveaGraph

/// A tar archive (POSIX's ustar with GNU's and pax's long names), plain or gzipped, of which only regular files are
/// unpacked, always below the target folder. Links and devices are left out: they could lead elsewhere.
struct TarArchive<Source: ByteSource & ~Copyable>: ~Copyable {
    private var source: Source
    private var remaining: Int
    private let recordSize = 512

    /// - Parameter limit: the number of bytes that the archive may have, once it is decompressed.
    init(_ source: consuming Source, limit: Int) {
        self.source = source
        remaining = limit
    }

    /// Writes the files to a folder that exists.
    ///
    /// - Parameter progress: receives the number of files so far.
    /// - Throws: ``FoveaError`` when the archive is damaged, too large, or names a path outside of the folder.
    mutating func unpack(into folder: String, progress: (Int) -> Void) throws {
        var (count, longName): (Int, String?) = (0, nil)
        while let entry = try next() {
            switch entry.kind {
            case "L":
                longName = String(systemBytes: try content(entry, limit: 1 << 16).prefix { $0 != 0 })
            case "x":
                longName = Self.path(inExtension: try content(entry, limit: 1 << 20)) ?? longName
            case "0", "\0", "7":
                let path = try Self.contained(longName ?? entry.name)
                longName = nil
                let target = FoveaFoundation.path(of: path, in: folder)
                _ = try createFolder(at: parentFolder(of: target))
                try write(entry, to: target)
                count += 1
                progress(count)
            default:
                longName = nil
                try skip(entry)
            }
        }
    }

    private struct Entry {
        let name: String
        let kind: Character
        let size: Int
        /// The zeros that fill up the last record.
        var padding: Int { (512 - size % 512) % 512 }
    }

    /// The next header; nil at the end.
    private mutating func next() throws -> Entry? {
        let header = try read(recordSize, orEnd: true)
        if header.isEmpty || header.allSatisfy({ $0 == 0 }) { return nil }
        // The sum of the header's bytes, with spaces in place of the sum.
        let sum = header.reduce(0) { $0 + Int($1) } - header[148..<156].reduce(0) { $0 + Int($1) } + 8 * 32
        guard header.count == recordSize, Self.octal(header[148..<156]) == sum else {
            throw FoveaError(.badData, "The archive is damaged: a header's sum is wrong.", remedy: "Download it again.")
        }
        guard let size = Self.octal(header[124..<136]), size <= remaining else {
            throw FoveaError(
                .badData, "The archive has a file that is larger than makes sense.",
                remedy: "Check that it is the right archive.")
        }
        var name = Array(header[..<100].prefix { $0 != 0 })
        // Only POSIX's form has a prefix there; GNU's ends its magic with a space.
        let prefix = header[345..<500].prefix { $0 != 0 }
        if Array(header[257..<263]) == Array("ustar\0".utf8), !prefix.isEmpty {
            name = Array(prefix) + [UInt8(ascii: "/")] + name
        }
        return Entry(
            name: String(systemBytes: name), kind: Character(Unicode.Scalar(header[156])), size: size)
    }

    private mutating func write(_ entry: Entry, to path: String) throws {
        let file = try File(path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW) { creationFailure(path, $0) }
        var left = entry.size
        while left > 0 {
            let piece = try read(min(left, 1 << 20))
            try file.write(piece)
            left -= piece.count
        }
        _ = try read(entry.padding)
    }

    private mutating func content(_ entry: Entry, limit: Int) throws -> [UInt8] {
        guard entry.size <= limit else {
            throw FoveaError(
                .badData, "The archive has a name of \(entry.size) bytes.",
                remedy: "Check that it is the right archive.")
        }
        let bytes = try read(entry.size)
        _ = try read(entry.padding)
        return bytes
    }

    private mutating func skip(_ entry: Entry) throws {
        var left = entry.size + entry.padding
        while left > 0 { left -= try read(min(left, 1 << 20)).count }
    }

    private mutating func read(_ count: Int, orEnd: Bool = false) throws -> [UInt8] {
        guard count <= remaining else {
            throw FoveaError(
                .badData, "The archive is larger than makes sense once it is unpacked.",
                remedy: "Check that it is the right archive.")
        }
        let bytes = try source.read(upTo: count)
        remaining -= bytes.count
        guard bytes.count == count || orEnd && bytes.isEmpty else {
            throw FoveaError(.badData, "The archive ends within a file.", remedy: "Download it again.")
        }
        return bytes
    }

    /// The path without `.` and needless slashes.
    private static func contained(_ path: String) throws -> String {
        let names = path.pathComponents.filter { $0 != "." }
        guard path.utf8.first != UInt8(ascii: "/"), !names.isEmpty, names.count <= 32, !names.contains(".."),
            path.systemName != nil
        else {
            throw FoveaError(
                .badData, "The archive has a file \(quoted(path)), which would lie outside of the folder.",
                remedy: "Do not trust this archive.")
        }
        return names.joined(separator: "/")
    }

    /// A number of octal digits between spaces and zeros; nil for anything else.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
        guard !digits.isEmpty else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The path among the records `LENGTH KEY=VALUE` of a pax header.
    private static func path(inExtension bytes: [UInt8]) -> String? {
        var rest = bytes[...]
        while let space = rest.firstIndex(of: 32) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space + 1 - rest.startIndex,
                length <= rest.count
            else { return nil }
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            if record.starts(with: Array("path=".utf8)) { return String(systemBytes: record.dropFirst(5).dropLast()) }
            rest = rest.dropFirst(length)
        }
        return nil
    }
}

/// Unpacks a tar archive, plain or gzipped, into a folder that exists.
///
/// - Throws: ``FoveaError`` that names the archive when it is damaged, names a path outside of the folder, or is larger
///   than `limit` bytes once it is decompressed.
func unpackArchive(at path: String, into folder: String, limit: Int, progress: (Int) -> Void) throws {
    do {
        var file = try FileReader(path: path)
        let isGzipped = try file.read(upTo: 2) == [0x1f, 0x8b]
        file.rewind()
        if isGzipped {
            var archive = TarArchive(try GzipReader(file), limit: limit)
            try archive.unpack(into: folder, progress: progress)
        } else {
            var archive = TarArchive(file, limit: limit)
            try archive.unpack(into: folder, progress: progress)
        }
    } catch let error as FoveaError where error.code == .badData {
        throw error.located(at: .file(path))
    }
}
