import FoveaGraph
import FoveaNN
import Testing

/// The tables of docs/sequences.md.
@Suite("A memory, by hand")
struct MemoryTextbookTests {
    private func states(_ layer: any Layer, _ parameters: [String: [Float]]) async throws -> [Float] {
        let tensors = try parameters.map { name, elements in
            (name, try Tensor(name.hasPrefix("weight") ? [elements.count, 1] : [elements.count], elements))
        }
        return try await run(
            layer, on: Tensor([1, 1, 4], [1, 0, 0, 0]), parameters: Dictionary(uniqueKeysWithValues: tensors)
        ).floats
    }

    private func rounded(_ numbers: [Float]) -> [Float] { numbers.map { ($0 * 1000).rounded() / 1000 } }

    @Test("a simple one halves with every step")
    func simple() async throws {
        let states = try await states(
            RNN(1), ["weight_ih_l0": [1], "weight_hh_l0": [0.5], "bias_ih_l0": [0], "bias_hh_l0": [0]])
        #expect(rounded(states) == [0.762, 0.363, 0.18, 0.09])
    }

    @Test("one with gates loses a twentieth")
    func gated() async throws {
        let states = try await states(
            LSTM(1),
            [
                "weight_ih_l0": [4, 0, 2, 0], "weight_hh_l0": [0, 0, 0, 0], "bias_ih_l0": [-2, 3, 0, 2],
                "bias_hh_l0": [0, 0, 0, 0],
            ])
        #expect(rounded(states) == [0.608, 0.589, 0.57, 0.551])
    }
}
