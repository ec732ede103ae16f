import FoveaData
import FoveaGraph
import Testing

@Suite("Batch")
struct BatchTests {
    @Test("tensors are found by name, and a name that is not there is an error that lists those that are")
    func names() throws {
        let batch = Batch(indices: [4, 9], values: ["image": Tensor([1, 2]), "age": Tensor([3, 4])])
        #expect(try batch.value(named: "age") == Tensor([3, 4]))
        let error = #expect(throws: FoveaError.self) { try batch.value(named: "labels") }
        #expect(error?.problem == "The batch has no tensor named `labels`; it has `age`, `image`.")
    }

    @Test("images and labels are the tensors of these names")
    func images() throws {
        let batch = Batch(indices: [0], images: Tensor([1, 2]), labels: Tensor(integers: [3]))
        #expect(try batch.value(named: "images") == batch.images)
        #expect(try batch.value(named: "labels") == batch.labels)
        #expect(try batch.labels == Tensor(integers: [3]))
    }
}
