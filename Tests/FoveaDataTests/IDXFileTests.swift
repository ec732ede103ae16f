import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("IDX file")
struct IDXFileTests {
    /// Two images of 2×3.
    private static let sound: [UInt8] =
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<12).map { UInt8($0 * 20) }

    private func read(_ bytes: [UInt8], rank: Int = 3) throws -> IDXFile {
        try withTemporaryFolder { folder in
            try Data(bytes).write(to: URL(filePath: "\(folder)/file"))
            return try IDXFile(path: "\(folder)/file", rank: rank)
        }
    }

    /// What must be wrong with these bytes: bad data, in a file that is named.
    private func expectRefused(_ bytes: [UInt8], _ what: String, mentioning text: String) {
        let error = #expect(throws: FoveaError.self, "\(what)") { try read(bytes) }
        #expect(error?.code == .badData, "\(what)")
        #expect(error?.problem.contains("/file`") == true, "\(what)")
        #expect(error?.remedy.isEmpty == false, "\(what)")
        #expect(error?.problem.contains(text) == true, "\(what): \(error?.problem ?? "")")
    }

    @Test("a plain file, a packed one, and one packed in two streams hold the same")
    func sound() throws {
        for bytes in [Self.sound, gzip(Self.sound), gzip(Array(Self.sound[..<9])) + gzip(Array(Self.sound[9...]))] {
            let file = try read(bytes)
            #expect(file.dimensions == [2, 2, 3])
            #expect(file.bytes == Array(Self.sound[16...]))
        }
    }

    @Test("a file that ends at any byte before its end is refused")
    func truncated() {
        for length in 0..<Self.sound.count {
            let inHeader = length < 16 ? "ends at byte \(length), within its " : nil
            expectRefused(
                Array(Self.sound[..<length]), "plain, \(length) bytes",
                mentioning: inHeader ?? "but \(length - 16) bytes follow it")
            expectRefused(
                gzip(Array(Self.sound[..<length])), "packed after \(length) bytes",
                mentioning: inHeader ?? "but only \(length - 16) follow it")
        }
        let packed = gzip(Self.sound)
        for length in 0..<packed.count {
            expectRefused(
                Array(packed[..<length]), "gzip, \(length) bytes",
                mentioning: length < 2 ? "ends at byte \(length), within its magic number" : "The gzip stream ")
        }
    }

    @Test("a change of any bit of the header is refused")
    func changedHeader() {
        let faults =
            [String](repeating: "starts with the bytes", count: 2) + ["element type at byte 2"]
            + ["number of dimensions at byte 3"] + [String](repeating: " declares ", count: 12)
        for (position, fault) in faults.enumerated() {
            for bit in 0..<8 {
                var bytes = Self.sound
                bytes[position] ^= 1 << bit
                expectRefused(bytes, "byte \(position), bit \(bit)", mentioning: fault)
            }
        }
    }

    @Test("a changed byte of a packed file is refused or changes nothing")
    func changedGzip() throws {
        let packed = gzip(Self.sound)
        for position in packed.indices {
            for bit in 0..<8 {
                var bytes = packed
                bytes[position] ^= 1 << bit
                // Some bytes of gzip's header (time, system) mean nothing for the content.
                do {
                    #expect(try read(bytes).bytes == Array(Self.sound[16...]))
                } catch let error as FoveaError {
                    let faults = [
                        "gzip stream", " declares ", "ends at byte", "starts with the bytes", " at byte 2",
                        " at byte 3",
                    ]
                    #expect(faults.contains { error.problem.contains($0) }, "\(error.problem)")
                }
            }
        }
    }

    @Test("bytes after the end are refused, packed or not")
    func overlong() {
        expectRefused(Self.sound + [0], "plain", mentioning: "13 bytes follow")
        expectRefused(gzip(Self.sound + [0]), "packed", mentioning: "more follow")
        expectRefused(
            gzip(Self.sound) + [1, 2, 3], "rubbish after the stream", mentioning: "The gzip stream is not sound")
        expectRefused(gzip(Self.sound) + gzip([0]), "a second stream", mentioning: "more follow")
        expectRefused(gzip(Self.sound) + [0, 0, 1], "rubbish after padding", mentioning: "The gzip stream ")
        expectRefused(
            gzip(Self.sound) + [0, 0] + gzip([0]), "a second stream after padding", mentioning: "more follow")
    }

    @Test("a packed file may be filled up with zeros, as tapes and block devices do, also between its streams")
    func padded() throws {
        let zeros = { [UInt8](repeating: 0, count: $0) }
        let halves = (gzip(Array(Self.sound[..<9])), gzip(Array(Self.sound[9...])))
        for bytes in [
            gzip(Self.sound) + zeros(1), gzip(Self.sound) + zeros(512), gzip(Self.sound) + zeros(600_000),
            halves.0 + zeros(512) + halves.1 + zeros(7),
        ] {
            #expect(try read(bytes).bytes == Array(Self.sound[16...]))
        }
        expectRefused(Self.sound + zeros(1), "a plain file has no padding", mentioning: "13 bytes follow")
    }

    @Test("a small packed file that would expand to gigabytes is refused without being expanded")
    func bomb() {
        // Zeros pack a thousand to one; the header declares 12 bytes.
        expectRefused(gzip(Self.sound + [UInt8](repeating: 0, count: 50_000_000)), "bomb", mentioning: "more follow")
        let huge: [UInt8] = [0, 0, 8, 3, 0, 0, 0x10, 0, 0, 0, 0x10, 0, 0, 0, 0, 0x10]
        expectRefused(gzip(huge), "declares 256 MiB", mentioning: "cannot come out of this gzip file")
    }

    @Test("dimensions whose product no integer or no memory holds are refused")
    func enormous() {
        expectRefused([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), "2^96", mentioning: "more than is read")
        expectRefused([0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16], "2^36", mentioning: "more than is read")
    }

    @Test("a file without items is refused")
    func empty() {
        expectRefused([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28], "no images", mentioning: "no items")
        expectRefused([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 28], "no rows", mentioning: "no items")
    }

    @Test("the errors name the field, what was found and what was expected")
    func messages() {
        expectRefused([1, 0] + Self.sound[2...], "magic", mentioning: "starts with the bytes 1 and 0;")
        expectRefused(
            [0, 0, 0x0d] + Self.sound[3...], "floats", mentioning: "element type at byte 2 is 13, expected 8")
        expectRefused([0, 0, 8, 1] + Self.sound[4...], "labels", mentioning: "at byte 3 is 1, expected 3")
        expectRefused(Array(Self.sound[..<6]), "short", mentioning: "ends at byte 6, within its dimension 0")
        expectRefused(Array(Self.sound[..<20]), "short", mentioning: "2×2×3 = 12 bytes, but 4 bytes follow")
    }

    @Test("a folder or a named pipe is refused at once, a file that is not there is missing input")
    func notAFile() throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: FoveaError.self) { try IDXFile(path: folder, rank: 3) }
            #expect(error?.problem.contains("is a folder") == true)
            let pipe = "\(folder)/pipe"
            // Safe: the path is a C string for the length of the call.
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            let waiting = #expect(throws: FoveaError.self) { try IDXFile(path: pipe, rank: 3) }
            #expect(waiting?.problem.contains("not a regular file") == true)
            let missing = #expect(throws: FoveaError.self) { try IDXFile(path: "\(folder)/none", rank: 3) }
            #expect(missing?.code == .missingInput && missing?.problem == "There is no file `\(folder)/none`.")
        }
    }
}
