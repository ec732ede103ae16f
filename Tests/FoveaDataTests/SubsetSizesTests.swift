import FoveaData
import FoveaGraph
import Testing

@Suite("Subsets that grow")
struct SubsetSizesTests {
    private func counts(_ part: any ExampleSource) throws -> [Int] {
        try (0..<3).map { label in try part.labels().count { $0 == label } }
    }

    @Test("each has its share of every class, holds the one before, and keeps the source's order")
    func nested() throws {
        let source = try unevenDataset()
        for sizes in [SubsetSizes.fractions([0.2, 0.25, 0.5, 1]), .perClass([2, 3, 9, 10])] {
            let subsets = try source.nestedSubsets(sizes, seed: 3)
            let parts = try subsets.map { try imageBytes(of: $0.examples) }
            for (part, next) in zip(parts, parts.dropFirst()) { #expect(Set(part).isStrictSubset(of: next)) }
            #expect(parts.allSatisfy { $0 == $0.sorted() })
        }
        let fractions = try source.nestedSubsets(.fractions([0.2, 0.25, 1]), seed: 3)
        #expect(fractions.map(\.name) == ["20 %", "25 %", "100 %"])
        #expect(try fractions.map { try counts($0.examples) } == [[12, 6, 2], [15, 8, 3], [60, 30, 10]])
        let numbers = try source.nestedSubsets(.perClass([2, 10]), seed: 3)
        #expect(numbers.map(\.name) == ["2 of each class", "10 of each class"])
        #expect(try numbers.map { try counts($0.examples) } == [[2, 2, 2], [10, 10, 10]])
    }

    @Test("the seed decides which examples")
    func seeded() throws {
        func smallest(_ seed: UInt64) throws -> [UInt8] {
            try imageBytes(of: unevenDataset().nestedSubsets(.perClass([5]), seed: seed)[0].examples)
        }
        #expect(try smallest(1) == smallest(1))
        #expect(try smallest(1) != smallest(2))
    }

    @Test("sizes that do not fit are left out where that is asked for")
    func leavingOut() throws {
        let subsets = try unevenDataset().nestedSubsets(
            .fractions([0.1, 0.2, 0.204, 0.5]), leavingOutUnfit: true, seed: 3)
        #expect(subsets.map(\.name) == ["20 %", "50 %"], "1 of 10 of `c`, and as many as with 20 %")
    }

    @Test(
        "sizes that make no sense, or do not fit the classes, are refused",
        arguments: [
            (SubsetSizes.fractions([]), "There are no sizes of subsets."),
            (.fractions([0]), "A subset cannot have 0 % of the examples."),
            (.fractions([0.5, 1.2]), "A subset cannot have 120 % of the examples."),
            (.fractions([.nan]), "A subset cannot have nan % of the examples."),
            (.fractions([0.5, 0.5]), "The size 50 % is there twice."),
            (.fractions([0.5, 0.125]), "The size 12.5 % comes after 50 %, and sizes have to rise."),
            (.fractions([0.2, 0.204]), "20 % and 20.4 % are the same 20 examples."),
            (
                .fractions([0.1]),
                "The size 10 % takes 1 of the 10 examples of the class `c`, and at least 2 are needed."
            ),
            (.perClass([0]), "A subset cannot have 0 examples of each class."),
            (.perClass([8, 4]), "The size 4 comes after 8, and sizes have to rise."),
            (.perClass([5, 11]), "The class `c` has 10 examples, and the size is 11 of each class."),
        ])
    func refused(sizes: SubsetSizes, problem: String) throws {
        let source = try unevenDataset()
        let error = #expect(throws: FoveaError.self) { try source.nestedSubsets(sizes, seed: 3) }
        #expect(error?.code == .usage && error?.problem == problem, "\(error?.problem ?? "")")
    }
}
