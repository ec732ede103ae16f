import Foundation
import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@testable import FoveaFormats

@Suite("Tensors in a file")
struct StoredTensorTests {
    /// What `body` makes of a file with one tensor `t` of these bytes.
    private func withFile<Result>(
        _ type: String, _ shape: [Int], _ data: [UInt8], _ body: (SafetensorsFile, _ path: String) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            let header = #"{"t":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[0,\#(data.count)]}}"#
            let size = UInt64(header.utf8.count)
            let path = "\(folder)/t.safetensors"
            try replaceFile(
                at: path, with: (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + Array(header.utf8) + data)
            return try body(SafetensorsFile(at: path), path)
        }
    }

    private func tensors(_ type: String, _ data: [UInt8], count: Int) throws -> (natural: Tensor, floats: Tensor) {
        try withFile(type, [count], data) { file, _ in
            let stored = try #require(file.tensors["t"])
            return (try Tensor(copying: stored), try Tensor(copying: stored.converted(to: .float32)))
        }
    }

    private func numbers<Element: TensorElement>(_ elements: [Element]) throws -> Tensor {
        try Tensor([elements.count], elements: elements)
    }

    private func bytes<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
        numbers.flatMap { number in
            stride(from: 0, to: Number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> Number($0)) }
        }
    }

    @Test("Integers and truth values of every size keep their values, and become floats rounded once")
    func integers() throws {
        let cases: [(String, [UInt8], Tensor, [Float])] = [
            ("BOOL", [1, 0], try numbers([true, false] as [TruthValue]), [1, 0]),
            ("U8", [0, 255], try numbers([0, 255] as [UInt8]), [0, 255]),
            ("I8", [0x80, 0x7F], try numbers([-128, 127] as [Int8]), [-128, 127]),
            ("I16", bytes([.min, 7] as [Int16]), try numbers([-32768, 7] as [Int32]), [-32768, 7]),
            ("U16", bytes([.max, 7] as [UInt16]), try numbers([65535, 7] as [Int32]), [65535, 7]),
            // 2²⁴ + 1 lies between two floats: the even one is the nearest.
            ("I32", bytes([16_777_217, -3] as [Int32]), try numbers([16_777_217, -3] as [Int32]), [16_777_216, -3]),
            ("U32", bytes([.max, 3] as [UInt32]), try numbers([4_294_967_295, 3] as [Int64]), [4_294_967_296, 3]),
            // Rounding to Double first would give 2⁵⁴: the half would be even by then.
            (
                "I64", bytes([(1 << 54) + (1 << 30) + 1, -1] as [Int64]),
                try numbers([(1 << 54) + (1 << 30) + 1, -1] as [Int64]),
                [0x1p54 + 0x1p31, -1]
            ),
            ("U64", bytes([9, 1 << 62] as [UInt64]), try numbers([9, 1 << 62] as [Int64]), [9, 0x1p62]),
        ]
        for (type, data, natural, floats) in cases {
            let read = try tensors(type, data, count: 2)
            #expect(read.natural == natural, "\(type)")
            #expect(read.floats.elements() == floats, "\(type)")
        }
    }

    @Test("Doubles become the nearest floats, small floats the floats that they are")
    func floats() throws {
        let doubles = [1.0 / 3, 1 + 0x1p-24, 1 + 0x1p-24 + 0x1p-50, -0.0, 1e-46, 1e300]
        let read = try tensors("F64", bytes(doubles.map(\.bitPattern)), count: 6)
        #expect(read.natural.elements() == doubles)
        #expect(read.floats.floats == [0.333333343, 1, 1 + 0x1p-23, 0, 0, .infinity])
        #expect(read.floats.floats[3].sign == .minus)
        for (type, data, value) in [
            ("F8_E4M3", [0x7E], 448), ("F8_E5M2", [0x7B], 57344),
            ("F8_E8M0", [0x80], 2), ("F32", [0, 0, 0x80, 0x3F], 1),
        ] as [(String, [UInt8], Float)] {
            #expect(try tensors(type, data, count: 1).natural.elements() == [value], "\(type)")
        }
    }

    @Test("Halves, brain floats and integers become any other type by one rounding")
    func conversions() throws {
        // 1 + 2⁻⁷ + 2⁻¹⁰ as a half; the nearest bfloat16 is 1 + 2⁻⁷.
        let half = bytes([0x3C09] as [UInt16])
        let expected: [(String, [UInt8], DataType, Double)] = [
            ("F16", half, .float64, 1 + 0x1p-7 + 0x1p-10), ("F16", half, .bfloat16, 1 + 0x1p-7),
            ("BF16", [0x80, 0xBF], .int8, -1), ("BF16", [0x80, 0x7F], .float16, .infinity),
            ("I16", bytes([300] as [Int16]), .uint8, 255), ("U64", bytes([UInt64.max]), .float64, 0x1p64),
            ("F8_E5M2", [0x7B], .float16, 57344), ("BOOL", [1], .float16, 1),
        ]
        for (type, data, dataType, value) in expected {
            try withFile(type, [1], data) { file, _ in
                let stored = try #require(file.tensors["t"]).converted(to: dataType)
                #expect(stored.type.dataType == dataType)
                #expect(try Tensor(copying: stored).doubles == [value], "\(type) as \(dataType)")
            }
        }
    }

    @Test("Types that are not read keep no file from being opened; the tensor is refused by name when it is needed")
    func unreadable() throws {
        for (type, shape, data) in [
            ("C64", [1], [UInt8](repeating: 0, count: 8)), ("F4", [4], [0, 0]), ("F6_E2M3", [4], [0, 0, 0]),
            ("F6_E3M2", [8], [0, 0, 0, 0, 0, 0]), ("F8_E4M3FNUZ", [1], [0]), ("F8_E5M2FNUZ", [1], [0]),
        ] as [(String, [Int], [UInt8])] {
            try withFile(type, shape, data) { file, path in
                let stored = try #require(file.tensors["t"])
                #expect(stored.type.shape == Shape(shape) && !stored.type.dataType.isFloatingPoint)
                let conversion = #expect(throws: FoveaError.self) { try stored.converted(to: .float32) }
                #expect(conversion?.problem == "Elements of type \(type) are not read.")
                let error = #expect(throws: FoveaError.self) { try Safetensors.read(from: path) }
                #expect(error?.problem.contains("`t`: Elements of type \(type) are not read") == true)
            }
        }
        for (type, shape, data) in [("F4", [3], [0, 0]), ("C64", [1], [0, 0, 0, 0])] as [(String, [Int], [UInt8])] {
            let error = #expect(throws: FoveaError.self) { try withFile(type, shape, data) { _, _ in } }
            #expect(error?.problem.contains("bits") == true)
        }
    }

    @Test("A U64 that no Int64 holds is refused with its value, and read as a float")
    func largeUnsigned() throws {
        try withFile("U64", [1], bytes([UInt64.max])) { file, path in
            let error = #expect(throws: FoveaError.self) { try Safetensors.read(from: path) }
            #expect(error?.problem.contains("`t`: The element 18446744073709551615") == true)
            let stored = try #require(file.tensors["t"])
            #expect(try Tensor(copying: stored.converted(to: .float32)).floats == [0x1p64])
        }
    }
}
