import FoveaData
import FoveaGraph
import Testing

@Suite("Dataset")
struct DatasetTests {
    /// Six images of 2×1×2 whose bytes count up from 0.
    private func counting() throws -> Dataset {
        try Dataset(
            name: "counting", classNames: ["even", "odd"], labels: [0, 1, 0, 1, 0, 1],
            pixels: (0..<24).map { UInt8($0) }, channels: 2, height: 1, width: 2)
    }

    @Test("a batch holds (x / 255 − mean) / deviation of each channel, in the order asked for")
    func batch() throws {
        let grey = try Dataset(
            name: "grey", classNames: ["a", "b"], labels: [1, 0, 1], pixels: [0, 51, 102, 153, 204, 255], channels: 1,
            height: 1, width: 2)
        let preprocessing = try Preprocessing(
            channels: 1, height: 1, width: 2, mean: [0.2], standardDeviation: [0.5])
        let batch = try grey.batch([2, 0, 2], preprocessing: preprocessing)
        let expected: [Float] = [204, 255, 0, 51, 204, 255].map { ($0 / 255 - 0.2) / 0.5 }
        #expect(try batch.images == Tensor([3, 1, 1, 2], expected))
        #expect(try batch.labels == Tensor(integers: [1, 1, 1]))
        #expect(batch.indices == [2, 0, 2])
    }

    @Test("each channel has its own mean and deviation")
    func statistics() throws {
        let dataset = try Dataset(
            name: "two", classNames: ["a", "b"], labels: [0, 1], pixels: [0, 7, 255, 7, 255, 7, 0, 7], channels: 2,
            height: 1, width: 2)
        let statistics = try SourceSummary(of: dataset)
        #expect(statistics.mean == [0.5, 7 / 255])
        // A channel that is the same everywhere is divided by 1, not by 0.
        #expect(statistics.standardDeviation == [0.5, 1])
    }

    @Test("an example is its image and its label, without a copy of the pixels")
    func example() throws {
        let example = try counting().example(at: 5)
        #expect(example.label == 1)
        #expect(example.image?.pixels == [20, 21, 22, 23])
        #expect(try counting().exampleTypes == example.types)
        #expect(example.types == ["images": TensorType([2, 1, 2], .uint8), "labels": TensorType([], .int32)])
    }

    @Test("the fingerprint is the CRC-32 of the pixels and of the labels")
    func fingerprint() throws {
        let dataset = try Dataset(
            name: "crc", classNames: ["a", "b"], labels: [0], pixels: Array("123456789".utf8), channels: 1, height: 3,
            width: 3)
        // CBF43926 is the published check value of CRC-32; 2144DF1C is that of four zero bytes.
        #expect(try SourceSummary(of: dataset).fingerprint == "crc32:cbf43926-2144df1c")
        let reordered = try counting().subset([1, 0, 2, 3, 4, 5])
        #expect(try SourceSummary(of: counting()).fingerprint != SourceSummary(of: reordered).fingerprint)
    }

    @Test("images of another size than the model's are an error that names both")
    func otherSize() throws {
        let preprocessing = try Preprocessing(
            channels: 1, height: 28, width: 28, mean: [0], standardDeviation: [1])
        let error = #expect(throws: FoveaError.self) { try counting().batch([0], preprocessing: preprocessing) }
        #expect(
            error?.problem
                == "example 0 of `counting`: The image is 2×1×2, the model was made for 1×28×28.")
    }

    @Test(
        "what does not fit together is an error",
        arguments: [
            ([0, 0], "The data set `unsound` has 3 pixels, 2×1×1×1 needs 2."),
            ([0, 2], "The data set `unsound` has 3 pixels, 2×1×1×2 needs 4."),
            ([], "The data set `unsound` has no images."),
        ] as [([Int32], String)])
    func unsound(labels: [Int32], problem: String) {
        let error = #expect(throws: FoveaError.self) {
            try Dataset(
                name: "unsound", classNames: ["a", "b"], labels: labels, pixels: [1, 2, 3], channels: 1, height: 1,
                width: labels == [0, 0] ? 1 : 2)
        }
        #expect(error?.problem == problem)
    }

    @Test("a label that is no class is an error", arguments: [2, -1] as [Int32])
    func stray(label: Int32) {
        let error = #expect(throws: FoveaError.self) {
            try Dataset(
                name: "stray", classNames: ["a", "b"], labels: [0, label], pixels: [1, 2], channels: 1, height: 1,
                width: 1)
        }
        #expect(error?.problem == "The label \(label) of image 1 of `stray` is none of its 2 classes.")
    }
}
