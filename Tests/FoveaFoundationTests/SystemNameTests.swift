import Testing

@testable import FoveaFoundation

@Suite("Names of the system")
struct SystemNameTests {
    @Test("Any bytes become a text that gives the same bytes again, and other bytes another text")
    func roundTrip() {
        var texts: Set<[Unicode.Scalar]> = []
        var count = 0
        func check(_ bytes: [UInt8]) {
            let text = String(systemBytes: bytes)
            #expect(text.systemBytes == bytes)
            texts.insert(Array(text.unicodeScalars))
            count += 1
        }
        let bytes = UInt8.min...UInt8.max
        for first in bytes {
            check([first])
            for second in bytes { check([first, second]) }
        }
        // Whole, cut and too long sequences of three and four bytes, and those that stand for bytes themselves.
        let critical: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0xA0, 0xBE, 0xBF, 0xC0, 0xE0, 0xED, 0xEE, 0xEF, 0xF0, 0xF4, 0xFF,
        ]
        for first in critical {
            for second in critical {
                for third in critical {
                    check([first, second, third])
                    for fourth in critical { check([first, second, third, fourth]) }
                }
            }
        }
        #expect(texts.count == count)
    }

    @Test("UTF-8 stays the text that it is, in its own form; other bytes become private code points")
    func text() {
        for text in ["plain.png", "größe", "日本語", "🦊", "e\u{301}", "\u{EF7F}\u{F000}"] {
            #expect(Array(String(systemBytes: Array(text.utf8)).utf8) == Array(text.utf8))
        }
        #expect(Array(String(systemBytes: [0x61, 0xE9, 0xC3]).unicodeScalars) == ["a", "\u{EFE9}", "\u{EFC3}"])
        #expect(
            Array(String(systemBytes: Array("\u{EF80}".utf8)).unicodeScalars) == ["\u{EFEE}", "\u{EFBE}", "\u{EF80}"])
    }

    @Test("Nothing, and a name with a zero byte, names no file")
    func noName() {
        #expect("".systemName == nil && "a\0b".systemName == nil)
        #expect("é".systemName == [CChar(bitPattern: 0xC3), CChar(bitPattern: 0xA9), 0])
    }

    @Test("The process's arguments and environment are read")
    func process() {
        #expect(
            processArguments.first == CommandLine.arguments.first
                && processArguments.count == CommandLine.arguments.count)
        #expect(environmentVariable("PATH")?.isEmpty == false && environmentVariable("FOVEA_NOT_SET") == nil)
    }
}
