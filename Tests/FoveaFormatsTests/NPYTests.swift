import Foundation
import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaFormats

/// The files are NumPy's: `script/pytorch/make_npy_goldens.py`.
@Suite("NPY")
struct NPYTests {
    private func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: name, withExtension: "npy", subdirectory: "Goldens")).path
    }

    private let values: [Float] = [0, -1.5, .infinity, 3.25, 1e-38, .nan]

    @Test("gives what NumPy has written, in versions 1.0 and 2.0, of any rank")
    func reads() throws {
        func expectEqual(_ name: String, _ shape: Shape, _ expected: some Collection<Float>) throws {
            let tensor = try NPY.read(from: path(name))
            #expect(tensor.shape == shape && tensor.floats.map(\.bitPattern) == expected.map(\.bitPattern), "\(name)")
        }
        try expectEqual("matrix", [2, 3], values)
        try expectEqual("version2", [2, 3], values)
        try expectEqual("vector", [3], values[3...])
        try expectEqual("scalar", [], [7])
        try expectEqual("empty", [0, 3], [])
    }

    @Test(
        "says why it does not read a file",
        arguments: [
            ("version3", "Its version is 3.0; 1.0 and 2.0 are read."),
            ("columns", "Its elements lie column by column."),
            ("double", "Its elements are `<f8`, not `<f4`."),
            ("big_endian", "Its elements are `>f4`, not `<f4`."),
            ("objects", "Its elements are `|O`, not `<f4`."),
            ("fields", "The header has no text in quotes where one should be."),
        ])
    func refuses(name: String, problem: String) throws {
        let error = try #require(throws: FoveaError.self) { try NPY.read(from: path(name)) }
        #expect(error.code == .badData && error.description.contains(problem), "\(error)")
        #expect(error.description.contains("\(name).npy"))
    }

    @Test(
        "writes what it reads and NumPy pads: the elements begin at a multiple of 64",
        arguments: [[], [3], [2, 3], [1, 2, 3, 1]])
    func roundTrip(extents: [Int]) throws {
        try withTemporaryFolder { folder in
            let shape = Shape(extents)
            let tensor = try Tensor(shape, (0..<shape.elementCount).map { Float($0) - 0.5 })
            try NPY.write(tensor, to: "\(folder)/t.npy")
            #expect(try NPY.read(from: "\(folder)/t.npy") == tensor)
            let bytes = try readFile(at: "\(folder)/t.npy", limit: 10_000)
            #expect((bytes.count - 4 * shape.elementCount) % 64 == 0)
            let error = #expect(throws: FoveaError.self) {
                try NPY.write(Tensor(integers: [1]), to: "\(folder)/i.npy")
            }
            #expect(error?.remedy == "Convert it to f32.")
        }
    }

    @Test("is written as its description says")
    func layout() {
        let header = NPYHeader(elementType: "<f4", isColumnMajor: false, shape: [2, 3])
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
        let padded = text + String(repeating: " ", count: 128 - 10 - text.count - 1) + "\n"
        #expect(header.bytes == [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8))
    }

    @Test(
        "A file truncated at any byte, or with any byte more, is refused, and no damage of a byte of the header traps")
    func damaged() throws {
        let whole = try readFile(at: path("matrix"), limit: 10_000)
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.npy"
            for count in 0..<whole.count {
                try replaceFile(at: path, with: Array(whole.prefix(count)))
                #expect(throws: FoveaError.self, "truncated to \(count)") { try NPY.read(from: path) }
            }
            try replaceFile(at: path, with: whole + [0])
            #expect(throws: FoveaError.self) { try NPY.read(from: path) }
            for index in 0..<128 {
                for damage in [0, 0x7f, 0xff, whole[index] ^ 1, UInt8(ascii: "9"), UInt8(ascii: "'")] as [UInt8] {
                    var bytes = whole
                    bytes[index] = damage
                    try Data(bytes).write(to: URL(filePath: path))
                    do { _ = try NPY.read(from: path) } catch { #expect(error is FoveaError) }
                }
            }
        }
    }

    @Test(
        "A header that is not NumPy's is refused",
        arguments: [
            ("", "The header has no `{` where one should be."),
            ("{}", "The header has no field `descr`."),
            ("{'descr': '<f4'}", "The header has no field `fortran_order`."),
            ("{'descr': '<f4', 'fortran_order': False}", "The header has no field `shape`."),
            ("{'descr': '<f4', 'descr': '<f4'}", "The header has the field `descr` twice."),
            ("{'descr': '<f4', 'other': 1}", "The header has an unknown field `other`."),
            ("{'fortran_order': 0}", "The header has neither True nor False where one should be."),
            ("{'shape': (3)}", "The header has a number where a tuple should be."),
            ("{'shape': (3,,)}", "The header has no number of elements where one should be."),
            ("{'shape': (-3,)}", "The header has no number of elements where one should be."),
            ("{'shape': (99999999999999999999,)}", "The header has no number of elements where one should be."),
            ("{'descr': '<f4", "The header ends within a text."),
            ("{'descr': '<f4\\'}", "The header has a character that names no type or field."),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x", "The header has something after its end."),
        ])
    func headers(text: String, problem: String) throws {
        let error = try #require(throws: FoveaError.self) { try NPYHeader(parsing: Array(text.utf8)) }
        #expect(error.code == .badData && error.description.contains(problem), "\(error)")
    }

    @Test("A shape with more elements than memory could hold is refused")
    func enormousShape() throws {
        try withTemporaryFolder { folder in
            let header = NPYHeader(elementType: "<f4", isColumnMajor: false, shape: [.max, 2])
            try Data(header.bytes).write(to: URL(filePath: "\(folder)/x.npy"))
            let error = #expect(throws: FoveaError.self) { try NPY.read(from: "\(folder)/x.npy") }
            #expect(error?.description.contains("has more than 2^40 elements") == true)
        }
    }

    @Test("A header may have its fields in any order, with or without a comma at the end, and more dimensions than two")
    func orders() throws {
        let text = "{\"shape\":( 4 ,5,6, ) ,'fortran_order':True,\"descr\" : '|u1'}\n"
        let expected = NPYHeader(elementType: "|u1", isColumnMajor: true, shape: [4, 5, 6])
        #expect(try NPYHeader(parsing: Array(text.utf8)) == expected)
        let many = "{'shape': (\(String(repeating: "1, ", count: 40)))}"
        let error = #expect(throws: FoveaError.self) { try NPYHeader(parsing: Array(many.utf8)) }
        #expect(error?.description.contains("more than 32 dimensions") == true)
    }
}
