import FoveaGraph
import Testing

@Suite("The place of an error")
struct FoveaErrorTests {
    @Test("is data, outermost first, and the sentence names it")
    func climbs() {
        let error = FoveaError(.badData, "It has no shape.", at: .byte(12), remedy: "Write it again.")
            .located(at: .entry("conv1.weight")).located(at: .file("w.safetensors"))
        #expect(error.place == [.file("w.safetensors"), .entry("conv1.weight"), .byte(12)])
        #expect(error.fault == "It has no shape.")
        #expect(error.description == "`w.safetensors`: `conv1.weight`: byte 12: It has no shape. Write it again.")
    }

    @Test("a layer's path is kept, those of the layers around it say no more, and an empty one says nothing")
    func innermostLayer() {
        let error = FoveaError(.usage, "The window is too large.").located(at: .layer(""))
        #expect(error.place.isEmpty)
        let inner = error.located(at: .layer("layer1.0.conv1")).located(at: .layer("layer1"))
        #expect(inner.problem == "`layer1.0.conv1`: The window is too large.")
    }

    @Test("follows from no letter of the sentence")
    func notFromText() {
        let quoting = FoveaError(.usage, "`mask` is not there.").located(at: .layer("block"))
        #expect(quoting.problem == "`block`: `mask` is not there.")
        let lowercase = FoveaError(.unavailable, "zlib cannot start.").located(at: .file("a.gz"))
        #expect(lowercase.problem == "`a.gz`: zlib cannot start.")
        let predicate = FoveaError(.usage, layer: "Expects images.")
        #expect(predicate.problem == "The layer Expects images.")
        #expect(predicate.located(at: .layer("conv1")).problem == "`conv1` Expects images.")
    }

    @Test("cannot break the line")
    func controlCharacters() {
        let error = FoveaError(.badData, "It is empty.").located(at: .file("a\nb\u{1B}[2J.png"))
        #expect(error.problem == "`a\\nb\\u{1B}[2J.png`: It is empty.")
    }
}
