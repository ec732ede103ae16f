import Foundation
import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Files of series: .npz")
struct NPZFileTests {
    // Written by numpy 2: savez_compressed(X=[3, 2, 2] of f4 with one NaN, y=["b", "a", "b"], lengths=[2, 1, 2]).
    private static let compressedFile =
        "UEsDBC0AAAAIAAAAIQAdIllk//////////8FABQAWC5ucHkBABAAsAAAAAAAAABnAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6"
        + "Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkZApKmjUKtAHuBiAIMGeyDhAERA3ADEB+qBGEg/AGIGRwYGASBWAGIDRwBQSwMELQAA"
        + "AAgAAAAhAAg/7Bb//////////wUAFAB5Lm5weQEAEACMAAAAAAAAAEwAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbhNqqK6joJ6WX1RSlJ"
        + "gXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQAriQGBoZEIAbRAFBLAwQtAAAACAAAACEA+IwpM///////////CwAUAGxlbmd0aHMubnB5"
        + "AQAQAJgAAAAAAAAATAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6Cr"
        + "UKFAAuJgYIYITSMD4AUEsBAi0DLQAAAAgAAAAhAB0iWWRnAAAAsAAAAAUAAAAAAAAAAAAAAIABAAAAAFgubnB5UEsBAi0DLQAAAAgAAAAhAAg/"
        + "7BZMAAAAjAAAAAUAAAAAAAAAAAAAAIABngAAAHkubnB5UEsBAi0DLQAAAAgAAAAhAPiMKTNMAAAAmAAAAAsAAAAAAAAAAAAAAIABIQEAAGxlbm"
        + "d0aHMubnB5UEsFBgAAAAADAAMAnwAAAKoBAAAAAA=="
    // savez(x_train=[[1, 2, 3], [4, 5, 6]], y_train=[7, -1], x_test=[[9, 8, 7]], y_test=[7]), x of i2.
    private static let partsFile =
        "UEsDBC0AAAAAAAAAIQD2vTRM//////////8LABQAeF90cmFpbi5ucHkBABAAjAAAAAAAAACMAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJz"
        + "xpMicsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAKAQACAAMABAAFAAYAUEsDBC0AAAAAAAAAIQDgks68//////////8LABQAeV90cmFpbi5ucHkBABAAkA"
        + "AAAAAAAACQAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0g"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKBwAAAAAAAAD//////////1BLAwQtAA"
        + "AAAAAAACEAHwy47f//////////CgAUAHhfdGVzdC5ucHkBABAAhgAAAAAAAACGAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpMicsICdm"
        + "b3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
        + "AgICAgICAgICAgICAgICAKCQAIAAcAUEsDBC0AAAAAAAAAIQC5k3uY//////////8KABQAeV90ZXN0Lm5weQEAEACIAAAAAAAAAIgAAAAAAAAA"
        + "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgIC"
        + "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAAAAAAAFBLAQItAy0AAAAAAAAAIQD2vTRMjAAAAIwAAAAL"
        + "AAAAAAAAAAAAAACAAQAAAAB4X3RyYWluLm5weVBLAQItAy0AAAAAAAAAIQDgks68kAAAAJAAAAALAAAAAAAAAAAAAACAAckAAAB5X3RyYWluLm"
        + "5weVBLAQItAy0AAAAAAAAAIQAfDLjthgAAAIYAAAAKAAAAAAAAAAAAAACAAZYBAAB4X3Rlc3QubnB5UEsBAi0DLQAAAAAAAAAhALmTe5iIAAAA"
        + "iAAAAAoAAAAAAAAAAAAAAIABWAIAAHlfdGVzdC5ucHlQSwUGAAAAAAQABADiAAAAHAMAAAAA"

    private func bytes(_ text: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: text))) }

    @Test("have X [N, C, T], y and perhaps lengths")
    func compressed() throws {
        let splits = try loadSequences(
            ["x.npz": bytes(Self.compressedFile)], "x.npz", options: SequenceOptions(missing: .zero))
        let set = try #require(splits.training as? SequenceSet)
        #expect(
            set.classNames == ["a", "b"] && set.labels == [1, 0, 1] && set.channels == 2 && set.lengths == [2, 1, 2])
        #expect(Array(set.series(at: 0)) == [0, 1, 2, 3] && Array(set.series(at: 1)) == [4, 6])
        #expect(Array(set.series(at: 2)) == [8, 9, 10, 11])
    }

    @Test("may have a training and a test part")
    func parts() throws {
        let splits = try loadSequences(["x.npz": bytes(Self.partsFile)], "x.npz")
        let set = try #require(splits.training as? SequenceSet)
        #expect(set.classNames == ["-1", "7"] && set.labels == [1, 0] && Array(set.series(at: 1)) == [4, 5, 6])
        #expect(splits.test?.knownLabels == [1] && (splits.test as? SequenceSet)?.series(at: 0).first == 9)
    }

    /// An archive of stored members.
    private func archive(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var (bytes, directory) = ([UInt8](), [UInt8]())
        for (name, content) in members {
            var checksum = Checksum()
            checksum.update(with: content[...])
            let sizes = number(Int(checksum.value), 4) + number(content.count, 4) + number(content.count, 4)
            let names = number(name.utf8.count, 2) + number(0, 2)
            directory +=
                number(0x0201_4b50, 4) + number(0, 6) + number(0, 2) + number(0, 4) + sizes + names + number(0, 10)
                + number(bytes.count, 4) + Array(name.utf8)
            bytes += number(0x0403_4b50, 4) + number(0, 10) + sizes + names + Array(name.utf8) + content
        }
        let start = bytes.count
        return bytes + directory + number(0x0605_4b50, 4) + number(0, 6) + number(members.count, 2)
            + number(directory.count, 4) + number(start, 4) + number(0, 2)
    }

    private func array(_ shape: [Int], _ elements: [Float], type: String = "<f4") -> [UInt8] {
        NPYHeader(elementType: type, isColumnMajor: false, shape: shape).bytes
            + elements.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
            }
    }

    @Test("say with the file and the array what is wrong")
    func wrong() throws {
        func problem(_ members: [(name: String, content: [UInt8])]) -> String {
            sequenceProblem(["x.npz": archive(members)], "x.npz")
        }
        let series = (name: "X.npy", content: array([2, 3], [1, 2, 3, 4, 5, 6]))
        #expect(problem([("Z.npy", series.content)]).hasPrefix("`x.npz`: The file has no array `X`; it has `Z`."))
        #expect(
            problem([("X.npy", array([6], [1, 2, 3, 4, 5, 6]))]).hasPrefix("`x.npz`: The array `X` has the shape [6]."))
        #expect(
            problem([("X.npy", array([2, 4], [1, 2, 3, 4, 5, 6]))]).hasPrefix(
                "`x.npz`: `X`: It has 24 bytes of elements; its shape [2, 4] takes 32."))
        #expect(
            problem([("X.npy", array([2, 3], [1, 2, 3, 4, 5, 6], type: "<c8"))]).hasPrefix(
                "`x.npz`: `X`: Its elements are `<c8`, neither numbers nor texts."))
        #expect(
            problem([("X.npy", array([1 << 40, 1 << 40], [1]))]).hasPrefix("`x.npz`: `X`: It has 4 bytes of elements"))
        #expect(
            problem([series, ("y.npy", array([3], [1, 2, 3]))]).hasPrefix(
                "`x.npz`: The array `y` has the shape [3], and there are 2 series."))
        for length in [0, 4, 1.5, .nan] as [Float] {
            #expect(
                problem([series, ("lengths.npy", array([2], [3, length]))]).hasPrefix(
                    "`x.npz`: Element 1 of the array `lengths` is no number of steps from 1 to 3."))
        }
        #expect(
            problem([("X.npy", array([1, 2], [1, .infinity]))]).hasPrefix(
                "`x.npz`: Element 0 of the array `X` has a value that 32 bits do not hold"))
        #expect(
            problem([("X.npy", array([2, 1], [1, .nan]))]).hasPrefix("`x.npz`: `series 2`: Value 1 is missing."))
        #expect(sequenceProblem(["x.npz": []], "x.npz").hasPrefix("`x.npz`: It is no ZIP archive"))
    }

    @Test("may be cut or damaged anywhere")
    func damage() throws {
        for whole in [try bytes(Self.compressedFile), try bytes(Self.partsFile)] {
            for count in 0..<whole.count {
                let cut = sequenceProblem(["x.npz": Array(whole[..<count])], "x.npz")
                #expect(cut.hasPrefix("`x.npz`"), "\(count): \(cut)")
            }
            for position in stride(from: 0, to: whole.count, by: 3) {
                var damaged = whole
                damaged[position] ^= 0xff
                // Some bytes say nothing; the others are errors.
                let found = sequenceProblem(["x.npz": damaged], "x.npz", options: SequenceOptions(missing: .zero))
                #expect(found == "no error" || found.contains("`x.npz`"), "\(position): \(found)")
            }
        }
    }
}
