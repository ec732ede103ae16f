import FoveaGraph
import FoveaNN
import Testing

@Suite("Weights")
struct WeightsTests {
    private func lenetParameters() throws -> [ParameterDeclaration] {
        try InferenceGraph(LeNet5(), input: [1, 1, 28, 28]).parameters
    }

    @Test("the same seed gives the same bits, another seed others")
    func seeds() throws {
        let parameters = try lenetParameters()
        let first = Weights(initializing: parameters, seed: 1)
        #expect(first["conv1.weight"] == Weights(initializing: parameters, seed: 1)["conv1.weight"])
        #expect(first["conv1.weight"] != Weights(initializing: parameters, seed: 2)["conv1.weight"])
    }

    @Test("start as PyTorch's do: uniform within 1/√fan-in")
    func pytorchInitialization() throws {
        let weights = Weights(initializing: try lenetParameters(), seed: 42)
        for (path, fanIn) in [("conv2.weight", 150), ("conv2.bias", 150), ("fc1.weight", 400), ("fc1.bias", 400)] {
            let values = try #require(weights[path]).doubles
            let bound = 1 / Double(fanIn).squareRoot()
            #expect(values.allSatisfy { abs($0) <= bound })
            guard values.count > 1000 else { continue }
            let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
            #expect(abs(variance - bound * bound / 3) < 0.05 * bound * bound)
        }
    }

    @Test("lists all that does not fit at once: missing names, names too many and other shapes")
    func misfits() throws {
        let parameters = try lenetParameters()
        var weights = Weights(initializing: parameters, seed: 42)
        weights["conv1.bias"] = nil
        weights["fc1.bias"] = nil
        weights["extra"] = Tensor([1, 2] as [Float])
        weights["fc3.weight"] = Tensor(repeating: 0, .float32([5, 84]))
        weights["fc3.num_batches_tracked"] = Tensor(scalar: 1)
        let error = error { _ = try weights.fitted(to: parameters, source: "w.safetensors") }
        #expect(error?.code == .badData)
        #expect(
            error?.problem == "The weights in w.safetensors do not fit the network: missing: `conv1.bias`, `fc1.bias`; "
                + "not expected: `extra`; other shapes: `fc3.weight` is f32[5×84], the network has f32[10×84].")
    }
}
