import FoveaFoundation
import Foundation
import Testing

@testable import FoveaDownload

/// Bytes that repeat only after a while.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

/// The description of a file with this content.
func published(_ content: [UInt8], _ name: String, at address: String = "http://nowhere.invalid") throws
    -> PublicSet.File
{
    PublicSet.File(url: "\(address)/\(name)", byteCount: content.count, sha256: try sum(of: content))
}

func sum(of content: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "fovea-sum-\(UUID().uuidString)").path
    defer { removeFile(path) }
    try replaceFile(at: path, with: content)
    return try SHA256.ofFile(at: path)
}

func set(_ files: [PublicSet.File], _ layout: PublicSet.Layout = .files) -> PublicSet {
    PublicSet(name: "small", summary: "", licence: "", page: "", files: files, layout: layout)
}

func content(_ path: String) throws -> [UInt8] { try readFile(at: path, limit: 1 << 24) }

/// The error of `body`.
func error(_ body: () throws -> Void) throws -> FoveaError { try #require(throws: FoveaError.self) { try body() } }

/// A tar archive in POSIX's form of entries with a name, a kind and content or a link's target.
func tar(_ entries: [(name: String, kind: Character, content: [UInt8])]) -> [UInt8] {
    entries.flatMap { name, kind, content in
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        let isLink = kind == "2" || kind == "1"
        put(name, at: 0)
        put("0000644", at: 100)
        put(octal(isLink ? 0 : content.count, 11), at: 124)
        put("        ", at: 148)
        put(String(kind), at: 156)
        if isLink { put(String(decoding: content, as: UTF8.self), at: 157) }
        put("ustar\u{0}00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        guard !isLink else { return header }
        return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    } + [UInt8](repeating: 0, count: 1024)
}

/// Runs a command of the system in a folder.
func run(_ command: String, in folder: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(filePath: folder)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command)")
}
