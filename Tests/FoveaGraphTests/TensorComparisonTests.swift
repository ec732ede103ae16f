import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("The comparison of tensors")
struct TensorComparisonTests {
    private func failure(
        _ actual: [Double], _ expected: [Double], scale: OperationCase.Scale = .tensor, dataType: DataType = .float64
    ) -> String? {
        let type = TensorType([actual.count], dataType)
        let (actual, expected) = (Tensor(elements: actual, type), Tensor(elements: expected, type))
        return TensorComparison(actual, expected, tolerance: 1e-3, scale: scale).failure
    }

    @Test("measures errors against the tensor's size, or against the element's")
    func scales() {
        #expect(failure([100.01, 0.01], [100, 0]) == nil)
        #expect(failure([100.01, 0.01], [100, 0], scale: .element) != nil)
        #expect(failure([101, 0], [100, 0]) != nil)
    }

    @Test("takes NaN for NaN and an infinity for itself, and neither for a number")
    func special() {
        #expect(failure([.nan, .infinity, 1], [.nan, .infinity, 1]) == nil)
        #expect(failure([.nan, 1], [1, 1]) != nil)
        #expect(failure([1, 1], [.nan, 1]) != nil)
        #expect(failure([.infinity, 1], [-.infinity, 1]) != nil)
        #expect(failure([1e30, 1], [.infinity, 1]) != nil)
    }

    @Test("wants integers equal, types equal, and says where the worst element is")
    func exactness() throws {
        #expect(failure([1000], [1001], dataType: .int32) != nil)
        #expect(failure([1000], [1000], dataType: .int32) == nil)
        let comparison = TensorComparison(
            try doubles([1, 2, 3, 5], [2, 2]), try doubles([1, 2, 3, 4], [2, 2]), tolerance: 1e-3)
        #expect(comparison.failure?.contains("1 of 4 elements of f64[2×2] differ; the worst at [1, 1] is 5.0") == true)
        #expect(TensorComparison(try doubles([1]), try doubles([1], [1, 1]), tolerance: 1).failure != nil)
    }
}
