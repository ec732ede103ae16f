import FoveaData
import FoveaGraph
import Testing

@Suite("Glyphs")
struct GlyphsTests {
    private func small(seed: UInt64) throws -> DataSplits {
        try Glyphs(seed: seed, trainingCount: 600, testCount: 60).splits()
    }

    @Test("the same seed draws the same images, another seed draws others")
    func seedDecides() throws {
        let first = try small(seed: 7)
        let again = try small(seed: 7)
        #expect(first.training.fingerprint == again.training.fingerprint)
        #expect(first.test?.fingerprint == again.test?.fingerprint)
        #expect(try small(seed: 8).training.fingerprint != first.training.fingerprint)
    }

    @Test("an image does not depend on how many others are drawn")
    func prefixIsStable() throws {
        let few = try Glyphs(seed: 7, trainingCount: 90, testCount: 10).splits()
        #expect(try small(seed: 7).training.prefix(90).fingerprint == few.training.fingerprint)
    }

    @Test("training and test images differ")
    func partsDiffer() throws {
        let splits = try small(seed: 7)
        let test = try #require(splits.test)
        #expect(splits.training.pixels(of: 0) != test.pixels(of: 0))
    }

    @Test("all ten digits are there equally often, in images of 28×28")
    func balance() throws {
        let training = try small(seed: 7).training
        #expect(training.classNames == (0..<10).map(String.init))
        #expect((0..<10).allSatisfy { digit in training.labels.count { $0 == digit } == 60 })
        #expect((training.channels, training.height, training.width) == (1, 28, 28))
    }

    @Test("the ink is as much as MNIST's: mean 0.13, deviation 0.31")
    func brightness() throws {
        let statistics = try small(seed: 7).training.channelStatistics()
        #expect(abs(statistics.mean[0] - 0.1307) < 0.015)
        #expect(abs(statistics.standardDeviation[0] - 0.3081) < 0.02)
    }

    @Test("every digit's centre of mass is within a pixel of the middle")
    func centring() throws {
        let training = try small(seed: 7).training
        for index in 0..<training.count {
            let pixels = Array(training.pixels(of: index))
            let mass = pixels.reduce(0.0) { $0 + Double($1) }
            let row = pixels.indices.reduce(0.0) { $0 + Double($1 / 28) * Double(pixels[$1]) } / mass
            let column = pixels.indices.reduce(0.0) { $0 + Double($1 % 28) * Double(pixels[$1]) } / mass
            #expect(abs(row - 13.5) < 1 && abs(column - 13.5) < 1, "image \(index)")
        }
    }

    @Test("a part without images, or of an absurd size, is an error")
    func sizes() {
        #expect(throws: FoveaError.self) { try Glyphs(seed: 1, trainingCount: 0, testCount: 10) }
        #expect(throws: FoveaError.self) { try Glyphs(seed: 1, trainingCount: 10, testCount: .max) }
    }
}
