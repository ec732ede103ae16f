import Foundation
import FoveaData
import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("Preprocessing")
struct PreprocessingTests {
    private func grey(height: Int = 1, width: Int = 2) throws -> Preprocessing {
        try Preprocessing(channels: 1, height: height, width: width, mean: [0.25], standardDeviation: [0.5])
    }

    @Test("an image file becomes the same input as the same pixels in a data set")
    func fileAndDataset() throws {
        let pixels: [UInt8] = [0, 255]
        let dataset = try Dataset(
            name: "one", classNames: ["a", "b"], labels: [0], pixels: pixels, channels: 1, height: 1, width: 2)
        let file = try withTemporaryFolder { folder in
            let path = "\(folder)/digit.png"
            try Data(png(width: 2, height: 1, colourType: 0, rows: [pixels])).write(to: URL(filePath: path))
            return try grey().tensor(forFile: path)
        }
        #expect(file == (try dataset.batch([0], preprocessing: grey()).images))
        #expect(file.floats == [-0.5, 1.5])
    }

    @Test("a file of another size is resized to the model's")
    func resized() throws {
        let tensor = try withTemporaryFolder { folder in
            let path = "\(folder)/large.png"
            let rows = [[UInt8]](repeating: [UInt8](repeating: 51, count: 40), count: 30)
            try Data(png(width: 40, height: 30, colourType: 0, rows: rows)).write(to: URL(filePath: path))
            return try grey(height: 3, width: 5).tensor(forFile: path)
        }
        #expect(tensor.shape == [1, 1, 3, 5])
        #expect(tensor.floats.allSatisfy { abs($0 - (0.2 - 0.25) / 0.5) < 1e-6 })
    }

    @Test(
        "values that make no sense are an error",
        arguments: [
            (2, 1, 1, [0, 0], [1, 1], "A model's images cannot be 2×1×1."),
            (1, 0, 1, [0], [1], "A model's images cannot be 1×0×1."),
            (1, 1, 16385, [0], [1], "A model's images cannot be 1×1×16385."),
            (1, 1, 1, [], [1], "The mean [] and the standard deviation [1.0] do not have one value per channel (1)."),
            (
                1, 1, 1, [0], [0],
                "The mean [0.0] and the standard deviation [0.0] do not have one value per channel (1)."
            ),
            (
                1, 1, 1, [0], [-1],
                "The mean [0.0] and the standard deviation [-1.0] do not have one value per channel (1)."
            ),
        ] as [(Int, Int, Int, [Float], [Float], String)])
    func unsound(channels: Int, height: Int, width: Int, mean: [Float], deviation: [Float], problem: String) {
        let error = #expect(throws: FoveaError.self) {
            try Preprocessing(
                channels: channels, height: height, width: width, mean: mean, standardDeviation: deviation)
        }
        #expect(error?.problem == problem)
    }

    @Test("it takes its size, mean and deviation from the training part")
    func fitted() throws {
        let training = try Glyphs(seed: 1, trainingCount: 50, testCount: 1).splits().training
        let preprocessing = try Preprocessing(fittedTo: training)
        #expect(preprocessing.inputType == .float32([1, 1, 28, 28]))
        let images = try training.batch(0..<50, preprocessing: preprocessing).images.doubles
        let mean = images.reduce(0, +) / Double(images.count)
        let variance = images.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(images.count)
        #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4)
    }
}
