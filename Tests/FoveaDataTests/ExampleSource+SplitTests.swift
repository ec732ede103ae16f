import FoveaData
import FoveaGraph
import Testing

@Suite("Split of a source")
struct ExampleSourceSplitTests {
    @Test("every class gives the same fraction, and no image is in both parts or in none")
    func stratified() throws {
        let (training, validation) = try unevenDataset().split(validationFraction: 0.2, seed: 3)
        #expect(try (0..<3).map { label in try validation.labels().count { $0 == label } } == [12, 6, 2])
        #expect(try (imageBytes(of: training) + imageBytes(of: validation)).sorted() == (0..<100).map { UInt8($0) })
        #expect(try imageBytes(of: training) == imageBytes(of: training).sorted())
        #expect(try imageBytes(of: validation) == imageBytes(of: validation).sorted())
    }

    @Test("the seed decides which images")
    func seeded() throws {
        func validation(_ seed: UInt64) throws -> [UInt8] {
            try imageBytes(of: unevenDataset().split(validationFraction: 0.2, seed: seed).validation)
        }
        #expect(try validation(3) == validation(3))
        #expect(try validation(3) != validation(4))
    }

    @Test(
        "a fraction that is none, or leaves a part empty, is an error",
        arguments: [
            (0, "The validation fraction is 0.0."), (1, "The validation fraction is 1.0."),
            (-1, "The validation fraction is -1.0."), (2, "The validation fraction is 2.0."),
            (.nan, "The validation fraction is nan."),
            (0.001, "A validation fraction of 0.001 of the 100 examples of `uneven` leaves a part empty."),
            (0.999, "A validation fraction of 0.999 of the 100 examples of `uneven` leaves a part empty."),
        ])
    func wrongFraction(fraction: Double, problem: String) throws {
        let dataset = try unevenDataset()
        let error = #expect(throws: FoveaError.self) { try dataset.split(validationFraction: fraction, seed: 3) }
        #expect(error?.code == .usage && error?.problem == problem)
    }

    @Test("a limit takes every class in proportion, drawn by the seed, in the source's order")
    func limited() throws {
        let source = try unevenDataset()
        func counts(_ part: any ExampleSource) throws -> [Int] {
            try (0..<3).map { label in try part.labels().count { $0 == label } }
        }
        #expect(try counts(source.stratified(50, seed: 1)) == [30, 15, 5])
        #expect(try counts(source.stratified(7, seed: 1)) == [4, 2, 1], "4.2, 2.1 and 0.7, which has the largest rest")
        #expect(try counts(source.stratified(1, seed: 1)) == [1, 0, 0])
        let part = try imageBytes(of: source.stratified(50, seed: 1))
        #expect(part == part.sorted() && Set(part).count == 50)
        #expect(
            try part == imageBytes(of: source.stratified(50, seed: 1))
                && part != imageBytes(of: source.stratified(50, seed: 2)))
        #expect(try source.stratified(100, seed: 1).count == 100 && source.stratified(1000, seed: 1).count == 100)
    }
}
