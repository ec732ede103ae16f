@testable import FoveaGraph
import Testing

@Suite("Tensors")
struct TensorTests {
    @Test("conversion to any type never traps: it rounds toward zero, stops at the bounds, and makes NaN 0")
    func conversions() {
        let hostile: [Double] = [.nan, .infinity, -.infinity, 1e300, -1e300, 2.9, -2.9, 255, 256, -0.0]
        let shape: Shape = [hostile.count]
        #expect(
            Tensor(elements: hostile, TensorType(shape, .uint8)).elements()
                == [0, 255, 0, 255, 0, 2, 0, 255, 255, 0] as [UInt8])
        #expect(
            Tensor(elements: hostile, TensorType(shape, .int8)).elements()
                == [0, .max, .min, .max, .min, 2, -2, .max, .max, 0] as [Int8])
        #expect(
            Tensor(elements: hostile, TensorType(shape, .int32)).elements()
                == [0, .max, .min, .max, .min, 2, -2, 255, 256, 0] as [Int32])
        #expect(
            Tensor(elements: hostile, TensorType(shape, .int64)).elements()
                == [0, .max, .min, .max, .min, 2, -2, 255, 256, 0] as [Int64])
        #expect(
            Tensor(elements: hostile, TensorType(shape, .bool)).doubles
                == [1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
        let floats = Tensor(elements: hostile, TensorType(shape, .float32)).floats
        #expect(floats[0].isNaN)
        #expect(floats[3] == .infinity)
        for dataType in [DataType.float16, .bfloat16] {
            let small = Tensor(elements: hostile, TensorType(shape, dataType)).doubles
            #expect(small[0].isNaN && small[3] == .infinity && small[4] == -.infinity && small[7] == 255)
            #expect(small[9] == 0 && small[9].sign == .minus)
        }
    }

    @Test("a tensor needs as many elements as its shape has")
    func counts() {
        let error = #expect(throws: FoveaError.self) { try Tensor([2, 3], [1, 2, 3] as [Float]) }
        #expect(error?.problem == "A tensor of shape 2×3 holds 6 elements, not 3.")
        let other = #expect(throws: FoveaError.self) { try Tensor([1, 2] as [Float]).reshaped(to: [3]) }
        #expect(other?.problem == "A tensor of shape 3 holds 3 elements, not 2.")
    }

    @Test("the elements can be read as numbers of any type", arguments: DataType.allCases)
    func reading(dataType: DataType) {
        let tensor = Tensor(elements: [0, 1, 2], TensorType([3], dataType))
        let last = dataType == .bool ? 1 : 2.0
        #expect(tensor.dataType == dataType)
        #expect(tensor.floats == [0, 1, Float(last)])
        #expect(tensor.doubles == [0, 1, last])
        #expect(tensor.type.byteCount == 3 * dataType.byteCount)
        #expect(tensor.isFinite)
    }

    @Test("bytes go out and come back the same", arguments: DataType.allCases)
    func bytes(dataType: DataType) {
        let tensor = Tensor(elements: [7, 0, 255, 1], TensorType([2, 2], dataType))
        // Safe: both buffers have the byte count of one type.
        let copy = unsafe Tensor(tensor.type) { target in
            unsafe tensor.withBytes { unsafe target.copyMemory(from: $0) }
        }
        #expect(copy == tensor)
    }

    @Test("a tensor with NaN or an infinity is not finite")
    func finiteness() {
        #expect(!Tensor([1, .nan] as [Float]).isFinite)
        for dataType in DataType.allCases where dataType.isFloatingPoint {
            for number in [Double.infinity, -.infinity, .nan] {
                let tensor = Tensor(elements: [1, number, 0], TensorType([3], dataType))
                #expect(!tensor.isFinite, "\(dataType)")
            }
            #expect(Tensor(elements: [-2, 65504, 0], TensorType([3], dataType)).isFinite)
        }
    }

    @Test("memory is shared by copies and other shapes, aligned, and read where it lies")
    func sharing() throws {
        let tensor = try Tensor([2, 2], [1, 2, 3, 4])
        let other = try tensor.reshaped(to: [4])
        // Safe: only the addresses are kept.
        let addresses = unsafe (
            tensor.withBytes { Int(bitPattern: $0.baseAddress) }, other.withBytes { Int(bitPattern: $0.baseAddress) }
        )
        #expect(addresses.0 == addresses.1 && addresses.0.isMultiple(of: 64))
        #expect(tensor.converted(to: .float32) == tensor)
    }

    @Test("tensors are equal when their types and elements are: −0 is 0, and NaN nothing", arguments: DataType.allCases)
    func equality(dataType: DataType) {
        func tensor(_ elements: Double...) -> Tensor { Tensor(elements: elements, TensorType([2], dataType)) }
        #expect(tensor(1, 0) == tensor(1, 0) && tensor(1, 0) != tensor(0, 0))
        #expect(tensor(1, 0).hashValue == tensor(1, 0).hashValue)
        #expect(tensor(1, -0.0) == tensor(1, 0) && tensor(1, -0.0).hashValue == tensor(1, 0).hashValue)
        #expect((tensor(.nan, 0) == tensor(.nan, 0)) == !dataType.isFloatingPoint)
        let other = DataType.allCases.first { $0 != dataType } ?? dataType
        #expect(tensor(1, 0) != tensor(1, 0).converted(to: other))
    }

    @Test("elements are handed out as what they are, and not as another type", arguments: DataType.allCases)
    func elements(dataType: DataType) {
        let tensor = Tensor(elements: [0, 1], TensorType([2], dataType))
        #expect((tensor.elements(as: Float.self) != nil) == (dataType == .float32))
        #expect((tensor.elements(as: HalfFloat.self) != nil) == (dataType == .float16))
        #expect((tensor.elements(as: TruthValue.self) != nil) == (dataType == .bool))
        #expect((tensor.elements(as: Int64.self) != nil) == (dataType == .int64))
    }

    @Test("every type becomes every other by one rounding")
    func conversion() throws {
        // 2⁵⁴ + 2³⁰ + 1 would round to the even neighbour 2⁵⁴ had it been rounded to Double before.
        let large = try Tensor([1], elements: [(1 << 54) + (1 << 30) + 1] as [Int64])
        #expect(large.converted(to: .float32).floats == [0x1p54 + 0x1p31])
        // Between two bfloat16s, and the nearest float of it exactly in the middle.
        let middle = Tensor(elements: [1 + 0x1p-8 + 0x1p-40], TensorType([1], .float64))
        #expect(middle.converted(to: .bfloat16).doubles == [1 + 0x1p-7])
        #expect(middle.converted(to: .float32).converted(to: .bfloat16).doubles == [1])
        let numbers = Tensor(elements: [0, 1], TensorType([2], .uint8))
        for dataType in DataType.allCases {
            #expect(numbers.converted(to: dataType) == Tensor(elements: [0, 1], TensorType([2], dataType)))
            #expect(numbers.converted(to: dataType).converted(to: .uint8) == numbers)
        }
    }
}
