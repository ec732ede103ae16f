import FoveaData
import FoveaGraph
import Testing

@Suite("Sources of examples")
struct ExampleSourceTests {
    /// Each image is one pixel that is its index; every third is of class 1.
    private func counting(_ count: Int, name: String = "counting", identity: String? = nil) -> GeneratedSource {
        GeneratedSource(name: name, count: count, identity: identity)
    }

    private func pixels(_ source: any ExampleSource) throws -> [UInt8] {
        try (0..<source.count).map { try #require(source.example(at: $0).image).pixels[0] }
    }

    @Test("a subset has the examples and labels at its indices, also of a subset")
    func subset() throws {
        let part = try counting(10).subset([7, 2, 2])
        #expect(try pixels(part) == [7, 2, 2])
        #expect(try part.labels() == [0, 0, 0])
        #expect(try pixels(part.subset([1, 0])) == [2, 7])
        #expect(try pixels(counting(10).prefix(3)) == [0, 1, 2])
        #expect(counting(10).prefix(99).count == 10)
        #expect(part.name == "counting" && part.classNames == ["other", "third"])
        let error = #expect(throws: FoveaError.self) { try counting(10).subset([3, 10]) }
        #expect(error?.problem == "`counting` has no example 10.")
    }

    @Test("a concatenation has the examples of its parts in order")
    func concatenation() throws {
        let parts: [any ExampleSource] = [counting(3), counting(0), counting(2)]
        let whole = try ExampleConcatenation(parts, name: "both")
        #expect(whole.count == 5)
        #expect(try pixels(whole) == [0, 1, 2, 0, 1])
        #expect(try whole.labels() == [1, 0, 0, 1, 0])
        #expect(whole.knownLabels == nil, "the parts would have to be read")
    }

    @Test("sources of other classes cannot be joined, nor none at all")
    func otherClasses() throws {
        let other = try Dataset(
            name: "letters", classNames: ["a"], labels: [0], pixels: [1], channels: 1, height: 1, width: 1)
        let error = #expect(throws: FoveaError.self) { try ExampleConcatenation([counting(1), other], name: "x") }
        #expect(error?.problem == "`counting` has the classes other, third, `letters` has a.")
        let empty = #expect(throws: FoveaError.self) { try ExampleConcatenation([], name: "x") }
        #expect(empty?.problem == "`x` is made of no sources.")
    }

    @Test("views of a source with an identity have one of their own that tells them apart")
    func identities() throws {
        let source = counting(10, identity: "seed 5")
        #expect(counting(10).prefix(3).identity == nil)
        let identities = try [[0, 1], [1, 0], [0, 1, 2]].map { try source.subset($0).identity }
        #expect(identities.allSatisfy { $0?.hasPrefix("seed 5-") == true })
        #expect(Set(identities).count == 3)
        #expect(try source.subset([0, 1]).identity == source.prefix(2).identity)
        #expect(try ExampleConcatenation([source, source], name: "x").identity == "10:seed 5+10:seed 5")
        #expect(try ExampleConcatenation([source, counting(10)], name: "x").identity == nil)
    }

    @Test("a label that is not there is an error that names the example")
    func noLabel() {
        let error = #expect(throws: FoveaError.self) { try ImageFileSource(["a.png"], channels: 1).labels() }
        #expect(error?.problem.hasPrefix("example 0 of `files`: ") == true)
        let source = counting(5, name: "unlabelled").without(labels: [3])
        let missing = #expect(throws: FoveaError.self) { try source.labels() }
        #expect(missing?.problem == "example 3 of `unlabelled`: It has no label.")
    }
}
