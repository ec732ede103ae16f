import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Images read as sequences")
struct ImageSequencesTests {
    private func first(_ source: String) throws -> (values: [Float], shape: Shape, label: Int32?) {
        let example = try SequenceData.load(source).training.example(at: 1)
        let tensor = try #require(example.values[Batch.sequencesName])
        return (tensor.floats, tensor.shape, example.label)
    }

    @Test(
        "are rows of columns, or pixels in rows, or in one drawn order, scaled by MNIST's mean and deviation",
        .enabled(if: SharedData.url("mnist") != nil, "needs MNIST"))
    func readings() throws {
        let mnist = try #require(SharedData.url("mnist")).path
        let image = try #require(IDXFolder(path: mnist)?.load().training.example(at: 1).image)
        let pixels = Array(image.bytes).map { (Float($0) / 255 - 0.1307) / 0.3081 }
        let rows = try first("rows:\(mnist)")
        #expect(rows.shape == [28, 28] && rows.label == 0)
        for (row, column) in [(0, 0), (5, 14), (14, 5), (20, 10)] {
            #expect(rows.values[column * 28 + row] == pixels[row * 28 + column])
        }
        let sequential = try first("pixels:\(mnist)")
        #expect(sequential.shape == [1, 784] && sequential.values == pixels)
        let permuted = try first("permuted:\(mnist)")
        #expect(permuted.values != pixels && permuted.values.sorted() == pixels.sorted())
        #expect(try first("permuted:\(mnist)").values == permuted.values)
        var other = SequenceOptions()
        other.permutationSeed = 1
        let redrawn = try SequenceData.load("permuted:\(mnist)", options: other).training.example(at: 1)
        #expect(redrawn.values[Batch.sequencesName]?.floats != permuted.values)
    }

    @Test("are of IDX files only")
    func mistakes() {
        let error = #expect(throws: FoveaError.self) { try SequenceData.load("rows:nothing") }
        #expect(error?.description.contains("There are no IDX files of images at `nothing`") == true)
        #expect(!SequenceData.recognizes("columns:mnist") && SequenceData.recognizes("rows:mnist"))
    }
}
