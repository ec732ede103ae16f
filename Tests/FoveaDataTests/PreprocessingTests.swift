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

    @Test("it comes back from JSON as it was")
    func json() throws {
        let preprocessing = try Preprocessing(
            channels: 3, height: 32, width: 48, mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
        let data = try JSONEncoder().encode(preprocessing)
        #expect(try JSONDecoder().decode(Preprocessing.self, from: data) == preprocessing)
        #expect(String(decoding: data, as: UTF8.self).contains("\"standard_deviation\""))
    }

    @Test(
        "values that make no sense are an error, also from JSON",
        arguments: [
            #"{"channels":2,"height":1,"width":1,"mean":[0,0],"standard_deviation":[1,1]}"#,
            #"{"channels":1,"height":0,"width":1,"mean":[0],"standard_deviation":[1]}"#,
            #"{"channels":1,"height":1,"width":99999,"mean":[0],"standard_deviation":[1]}"#,
            #"{"channels":1,"height":1,"width":1,"mean":[],"standard_deviation":[1]}"#,
            #"{"channels":1,"height":1,"width":1,"mean":[0],"standard_deviation":[0]}"#,
            #"{"channels":1,"height":1,"width":1,"mean":[0],"standard_deviation":[-1]}"#,
        ])
    func unsound(json: String) {
        #expect(throws: FoveaError.self) { try JSONDecoder().decode(Preprocessing.self, from: Data(json.utf8)) }
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
