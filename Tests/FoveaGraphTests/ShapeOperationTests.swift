import FoveaGraph
import Testing

@Suite("Operations on shapes, and reductions")
struct ShapeOperationTests {
    let matrix = Result { try doubles([1, 2, 3, 4, 5, 6], [2, 3]) }

    @Test("transposition swaps rows and columns")
    func transposition() throws {
        let result = try evaluate(Transposition(permutation: [1, 0]), matrix.get())[0]
        #expect(result.shape == [3, 2])
        #expect(result.doubles == [1, 4, 2, 5, 3, 6])
    }

    @Test("a slice keeps a range of an axis, and concatenation joins ranges again")
    func sliceAndConcatenation() throws {
        let left = try evaluate(Slice(axis: 1, start: 0, end: 1), matrix.get())[0]
        let right = try evaluate(Slice(axis: -1, start: 1, end: 3), matrix.get())[0]
        #expect(left.doubles == [1, 4])
        #expect(right.doubles == [2, 3, 5, 6])
        #expect(try evaluate(Concatenation(axis: 1), left, right)[0] == matrix.get())
    }

    @Test("shape operations also move integers")
    func integers() throws {
        let labels = try Tensor([2, 2], elements: [1, 2, 3, 4] as [Int32])
        #expect(
            try evaluate(Transposition(permutation: [1, 0]), labels)[0]
                == Tensor([2, 2], elements: [1, 3, 2, 4] as [Int32]))
        #expect(
            try evaluate(Slice(axis: 0, start: 1, end: 2), labels)[0] == Tensor([1, 2], elements: [3, 4] as [Int32]))
        #expect(try evaluate(Reshape(to: [4]), labels)[0] == Tensor(integers: [1, 2, 3, 4]))
    }

    @Test("an empty slice is a tensor without elements")
    func emptySlice() throws {
        #expect(try evaluate(Slice(axis: 0, start: 1, end: 1), matrix.get())[0].shape == [0, 3])
    }

    @Test("sum, mean and maximum over rows, columns and everything")
    func reductions() throws {
        let matrix = try matrix.get()
        #expect(try evaluate(ReduceSum(axes: [0]), matrix)[0].doubles == [5, 7, 9])
        #expect(try evaluate(ReduceMean(axes: [-1]), matrix)[0].doubles == [2, 5])
        #expect(try evaluate(ReduceMaximum(axes: [0, 1], keepDimensions: true), matrix)[0] == doubles([6], [1, 1]))
    }

    @Test("the largest elements share the gradient of their maximum, and NaN wins it")
    func maximumTies() throws {
        let x = try doubles([3, 1, 3, 3])
        let gradient = try evaluate(ReduceMaximumGradient(axes: [0]), x, doubles([3], []), doubles([6], []))[0]
        #expect(gradient.doubles == [2, 0, 2, 2])
        #expect(try evaluate(ReduceMaximum(axes: [0]), doubles([1, .nan, 2]))[0].isClose(to: [.nan]))
    }

    @Test("broadcasting repeats axes of size 1 and missing ones")
    func broadcasting() throws {
        let column = try doubles([10, 20], [2, 1])
        #expect(try evaluate(Addition(), matrix.get(), column)[0].doubles == [11, 12, 13, 24, 25, 26])
        #expect(try evaluate(Multiplication(), doubles([1, 0, 2]), matrix.get())[0].doubles == [1, 0, 6, 4, 0, 12])
        #expect(
            try evaluate(Subtraction(), doubles([1], []), doubles([1, 2], [2, 1]))[0] == doubles([0, -1], [2, 1]))
    }
}
