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

    /// The weights under other names.
    private func renamed(_ weights: Weights, _ name: (String) -> String) -> Weights {
        Weights(weights.tensors.map { (name($0.key), $0.value) })
    }

    @Test(
        "what programs put around a network is taken from the names, and reported",
        arguments: [
            "module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "model.", "state_dict.model.",
            "a.b.c.d.",
        ])
    func prefixes(prefix: String) throws {
        let parameters = try lenetParameters()
        let weights = Weights(initializing: parameters, seed: 42)
        var wrapped = renamed(weights) { prefix + $0 }
        wrapped["\(prefix)bn.num_batches_tracked"] = try Tensor([], elements: [7] as [Int64])
        wrapped["n_averaged"] = try Tensor([], elements: [7] as [Int64])
        #expect(try wrapped.fitted(to: parameters, source: "w").tensors == weights.tensors)
        let example = try #require(wrapped.names(for: parameters).example)
        #expect(example.name == "\(prefix)conv1.weight" && example.path == "conv1.weight")
        #expect(weights.names(for: parameters).example == nil)
    }

    @Test("a compiled part of a network has its wrapper within the names")
    func wrappedParts() throws {
        let parameters = try lenetParameters()
        let weights = Weights(initializing: parameters, seed: 42)
        let compiled = renamed(weights) { $0.replacing("conv1.", with: "conv1._orig_mod.") }
        #expect(try compiled.fitted(to: parameters, source: "w").tensors == weights.tensors)
        #expect(compiled.names(for: parameters).example?.name == "conv1._orig_mod.weight")
        // Two weights of one name: nobody knows which is meant.
        var both = weights
        both["_orig_mod.conv1.bias"] = weights["conv1.bias"]
        let error = error { _ = try both.fitted(to: parameters, source: "w") }
        #expect(error?.problem.contains("not expected: `_orig_mod.conv1.bias`") == true)
    }

    @Test("a name that is the network's keeps all names as they are, and the closest names are told")
    func closestNames() throws {
        let parameters = try lenetParameters()
        let weights = Weights(initializing: parameters, seed: 42)
        let partly = renamed(weights) { $0.hasPrefix("conv1") ? "body.\($0)" : $0.replacing("fc3.w", with: "fc3.W") }
        let problem = error { _ = try partly.fitted(to: parameters, source: "w") }?.problem ?? ""
        #expect(
            problem.contains("missing: `conv1.weight`, `conv1.bias`, `fc3.weight`; not expected: `body.conv1.weight`"))
        #expect(
            problem.contains(
                "closest names: `body.conv1.weight` for `conv1.weight`, `body.conv1.bias` for `conv1.bias`, "
                    + "`fc3.Weight` for `fc3.weight`"))
        let module = renamed(weights) { $0 == "fc1.bias" ? "module.fc1.bais" : "module.\($0)" }
        let other = error { _ = try module.fitted(to: parameters, source: "w") }?.problem ?? ""
        #expect(other.contains("missing: `fc1.bias`; not expected: `module.fc1.bais`"))
    }

    @Test("weights of other types are rounded once; counters and masks that the network does not have are left out")
    func types() throws {
        let parameters = try lenetParameters()
        var weights = Weights(initializing: parameters, seed: 42)
        let bias = [1.0 / 3, 1 + 0x1p-24, 1 + 0x1p-24 + 0x1p-50, 2, 3, 4]
        weights["conv1.bias"] = try Tensor([6], elements: bias)
        weights["conv2.bias"] = try Tensor([16], elements: Array(0..<16) as [Int32])
        weights["mask"] = try Tensor([2], elements: [0, 1] as [UInt8])
        weights["position"] = try Tensor([], elements: [9] as [Int64])
        let fitted = try weights.fitted(to: parameters, source: "w")
        #expect(fitted["conv1.bias"]?.elements() == [0.333333343, 1, 1 + 0x1p-23, 2, 3, 4] as [Float])
        #expect(fitted["conv2.bias"]?.elements() == (0..<16).map(Float.init))
        #expect(fitted.namedTensors.map(\.name) == parameters.map(\.path))
        weights["conv1.bias"] = try Tensor([5], elements: [1, 2, 3, 4, 5] as [Double])
        let error = error { _ = try weights.fitted(to: parameters, source: "w") }
        #expect(error?.problem.hasSuffix("other shapes: `conv1.bias` is f64[5], the network has f32[6].") == true)
    }
}
