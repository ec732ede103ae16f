import FoveaData
import FoveaGraph
import Testing

@Suite("Glyphs")
struct GlyphsTests {
    private func small(seed: UInt64) throws -> DataSplits {
        try Glyphs(seed: seed, trainingCount: 600, testCount: 60).splits()
    }

    private func fingerprint(_ source: any ExampleSource) throws -> String {
        try SourceSummary(of: source).fingerprint
    }

    private func pixels(_ source: any ExampleSource, _ index: Int) throws -> [UInt8] {
        try #require(source.example(at: index).image).pixels
    }

    @Test("the same seed draws the same images, another seed draws others")
    func seedDecides() throws {
        let first = try small(seed: 7)
        let again = try small(seed: 7)
        #expect(try fingerprint(first.training) == fingerprint(again.training))
        #expect(try fingerprint(#require(first.test)) == fingerprint(#require(again.test)))
        #expect(try fingerprint(small(seed: 8).training) != fingerprint(first.training))
    }

    @Test("an image does not depend on how many others are drawn")
    func prefixIsStable() throws {
        let few = try Glyphs(seed: 7, trainingCount: 90, testCount: 10).splits()
        #expect(try fingerprint(small(seed: 7).training.prefix(90)) == fingerprint(few.training))
    }

    @Test("training and test images differ")
    func partsDiffer() throws {
        let splits = try small(seed: 7)
        let test = try #require(splits.test)
        #expect(try pixels(splits.training, 0) != pixels(test, 0))
    }

    @Test("all ten digits are there equally often, in images of 28×28")
    func balance() throws {
        let training = try small(seed: 7).training
        #expect(training.classNames == (0..<10).map(String.init))
        let labels = try training.labels()
        #expect((0..<10).allSatisfy { digit in labels.count { $0 == digit } == 60 })
        #expect(try training.exampleTypes["images"]?.shape == [1, 28, 28])
    }

    @Test("the ink is as much as MNIST's: mean 0.13, deviation 0.31")
    func brightness() throws {
        let statistics = try SourceSummary(of: small(seed: 7).training)
        #expect(abs(statistics.mean[0] - 0.1307) < 0.015)
        #expect(abs(statistics.standardDeviation[0] - 0.3081) < 0.02)
    }

    @Test("every digit's centre of mass is within a pixel of the middle")
    func centring() throws {
        let training = try small(seed: 7).training
        for index in 0..<training.count {
            let pixels = try pixels(training, index)
            let mass = pixels.reduce(0.0) { $0 + Double($1) }
            let row = pixels.indices.reduce(0.0) { $0 + Double($1 / 28) * Double(pixels[$1]) } / mass
            let column = pixels.indices.reduce(0.0) { $0 + Double($1 % 28) * Double(pixels[$1]) } / mass
            #expect(abs(row - 13.5) < 1 && abs(column - 13.5) < 1, "image \(index)")
        }
    }

    @Test("a part without images, or of an absurd size, is an error")
    func sizes() {
        for (training, test) in [(0, 10), (10, 0), (10, .max), (10_000_001, 10)] {
            let error = #expect(throws: FoveaError.self) {
                try Glyphs(seed: 1, trainingCount: training, testCount: test)
            }
            #expect(error?.problem == "A set of \(training) training and \(test) test glyphs cannot be made.")
        }
    }
}
