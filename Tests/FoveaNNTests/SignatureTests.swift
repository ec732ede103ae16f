import FoveaGraph
import FoveaNN
import Testing

@Suite("A signature")
struct SignatureTests {
    private let types: Named<TensorType> = [
        "picture": .float32([1, 8, 8]), "vector": .float32([5]), "label": TensorType([], .int32),
        "weight": .float32([]),
    ]

    private func tensor(_ shape: Shape, _ type: DataType = .float32) -> Tensor {
        Tensor(repeating: 1, TensorType(shape, type))
    }

    @Test("counts the examples of a batch that fits")
    func fits() throws {
        let batch = [
            "picture": tensor([3, 1, 8, 8]), "vector": tensor([3, 5]), "label": tensor([3], .int32),
            "weight": tensor([3]),
        ]
        #expect(try types.exampleCount(of: batch) == 3)
        #expect(try types.exampleCount(ofTypes: batch.mapValues(\.type)) == 3)
    }

    @Test("lists all that is missing, not expected, or of another type or shape in a batch, at once")
    func misfits() {
        let batch = [
            "picture": tensor([3, 1, 9, 8]), "vectors": tensor([3, 5]), "label": tensor([3], .float32),
            "weight": tensor([2]), "note": tensor([3]),
        ]
        let error = error { _ = try types.exampleCount(of: batch) }
        #expect(error?.code == .usage)
        #expect(
            error?.problem == "The batch does not fit the network: missing: `vector` f32[3×5]; not expected: `note`, "
                + "`vectors`; other types: `label` is f32[3] where i32[3] is expected; other shapes: `picture` is "
                + "f32[3×1×9×8] where f32[3×1×8×8] is expected, `weight` is f32[2] where f32[3] is expected; "
                + "closest names: `vectors` for `vector`.")
        #expect(
            error?.remedy == "Give it a tensor for each input and target, the axis of the batch first: `picture` "
                + "f32[N×1×8×8], `vector` f32[N×5], `label` i32[N], `weight` f32[N].")
    }

    @Test("of another network is refused with all differences of inputs and outputs")
    func otherNetwork() {
        let saved = Signature(inputs: ["a": .float32([2]), "b": .float32([3])], outputs: ["y": .float32([4])])
        let other = Signature(inputs: ["a": .float32([5])], outputs: ["y": .float32([4]), "z": .float32([1])])
        let error = error { try other.expect(saved, subject: "The network", owner: "`folder`") }
        #expect(
            error?.problem == "The network does not have the signature of `folder`: inputs: missing: `b` f32[3]; other "
                + "shapes: `a` is f32[5] where f32[2] is expected; outputs: not expected: `z`.")
        #expect(throws: Never.self) { try saved.expect(saved, subject: "The network", owner: "`folder`") }
    }

    @Test("keeps its names in their order, and the last of two that are the same")
    func order() throws {
        #expect(types.names == ["picture", "vector", "label", "weight"])
        #expect(try types.merging(["vector": .float32([7]), "more": .float32([])])["vector"].shape == [7])
        #expect(types.merging(["more": .float32([])]).names.last == "more")
    }
}
