@testable import FoveaGraph
import Testing

@Suite("Tensors")
struct TensorTests {
    @Test("conversion to any type never traps: it rounds toward zero, stops at the bounds, and makes NaN 0")
    func conversions() {
        let hostile: [Double] = [.nan, .infinity, -.infinity, 1e300, -1e300, 2.9, -2.9, 255, 256, -0.0]
        let shape: Shape = [hostile.count]
        #expect(
            Tensor(elements: hostile, TensorType(shape, .uint8)).storage
                == .uint8([0, 255, 0, 255, 0, 2, 0, 255, 255, 0]))
        #expect(
            Tensor(elements: hostile, TensorType(shape, .int32)).storage
                == .int32([0, .max, .min, .max, .min, 2, -2, 255, 256, 0]))
        #expect(
            Tensor(elements: hostile, TensorType(shape, .int64)).storage
                == .int64([0, .max, .min, .max, .min, 2, -2, 255, 256, 0]))
        let floats = Tensor(elements: hostile, TensorType(shape, .float32)).floats
        #expect(floats[0].isNaN)
        #expect(floats[3] == .infinity)
    }

    @Test("a tensor needs as many elements as its shape has")
    func counts() {
        let error = #expect(throws: FoveaError.self) { try Tensor([2, 3], [1, 2, 3] as [Float]) }
        #expect(error?.code == .badData)
        #expect(throws: FoveaError.self) { try Tensor([1, 2] as [Float]).reshaped(to: [3]) }
    }

    @Test("the elements can be read as numbers of any type", arguments: DataType.allCases)
    func reading(dataType: DataType) {
        let tensor = Tensor(elements: [0, 1, 2], TensorType([3], dataType))
        #expect(tensor.dataType == dataType)
        #expect(tensor.floats == [0, 1, 2])
        #expect(tensor.doubles == [0, 1, 2])
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
        #expect(!Tensor(elements: [.infinity], TensorType([1], .float64)).isFinite)
    }
}
