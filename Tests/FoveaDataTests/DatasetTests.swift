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
            name: "two", classNames: ["a", "b"], labels: [0, 1], pixels: [0, 255, 7, 7, 255, 0, 7, 7], channels: 2,
            height: 1, width: 2)
        let statistics = dataset.channelStatistics()
        #expect(statistics.mean == [0.5, 7 / 255])
        // A channel that is the same everywhere is divided by 1, not by 0.
        #expect(statistics.standardDeviation == [0.5, 1])
    }

    @Test("a part has its own images, labels and statistics")
    func subset() throws {
        let part = try counting().subset([5, 2])
        #expect(part.labels == [1, 0])
        #expect(Array(part.pixels(of: 0)) == [20, 21, 22, 23])
        #expect(Array(part.subset([1]).pixels(of: 0)) == [8, 9, 10, 11])
        #expect(try counting().prefix(2).labels == [0, 1])
        #expect(try counting().prefix(99).count == 6)
        #expect(abs(part.channelStatistics().mean[0] - (20 + 21 + 8 + 9) / 4 / 255) < 1e-6)
    }

    @Test("the fingerprint is the CRC-32 of the pixels and of the labels")
    func fingerprint() throws {
        let dataset = try Dataset(
            name: "crc", classNames: ["a", "b"], labels: [0], pixels: Array("123456789".utf8), channels: 1, height: 3,
            width: 3)
        // CBF43926 is the published check value of CRC-32; 2144DF1C is that of four zero bytes.
        #expect(dataset.fingerprint == "crc32:cbf43926-2144df1c")
        #expect(try counting().fingerprint != counting().subset([1, 0, 2, 3, 4, 5]).fingerprint)
    }

    @Test("images of another size than the model's are an error that names both")
    func otherSize() throws {
        let preprocessing = try Preprocessing(
            channels: 1, height: 28, width: 28, mean: [0], standardDeviation: [1])
        let error = #expect(throws: FoveaError.self) { try counting().batch([0], preprocessing: preprocessing) }
        #expect(error?.problem.contains("2×1×2") == true)
        #expect(error?.problem.contains("1×28×28") == true)
    }

    @Test("what does not fit together is an error", arguments: [[0, 0], [0, 2], [0, -1], []] as [[Int32]])
    func unsound(labels: [Int32]) {
        #expect(throws: FoveaError.self) {
            try Dataset(
                name: "unsound", classNames: ["a", "b"], labels: labels, pixels: [1, 2, 3], channels: 1, height: 1,
                width: labels == [0, 0] ? 1 : 2)
        }
    }
}
