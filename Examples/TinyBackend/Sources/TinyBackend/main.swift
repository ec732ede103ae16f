import Fovea

// LeNet-5 on the tiny backend and on the reference: the same logits, and the same weights after a step of training.
var random = CounterBasedGenerator(seed: 1, purpose: "pixels").stream
let images = try Tensor([2, 1, 28, 28], (0..<2 * 28 * 28).map { _ in Float(random.normal()) })
let batch = Batch(indices: [0, 1], images: images, labels: Tensor(integers: [3, 7]))

func train(on backend: any Backend) async throws -> (trainer: Trainer, logits: Tensor, loss: Float, weights: Weights) {
    let trainer = try await Trainer(
        LeNet5(), input: [1, 28, 28], optimizer: SGD(learningRate: 0.1, momentum: 0.9), device: Device(backend))
    let logits = try await trainer.classifier.logits(images)
    let loss = try await trainer.step(batch).loss
    return (trainer, logits, loss, try await trainer.weights())
}

let tiny = try await train(on: TinyBackend())
let reference = try await train(on: ReferenceBackend())

/// The largest difference of two tensors' elements. In float32, sums of at most 400 numbers around 1 are this exact.
func expectClose(_ name: String, _ given: [Float], _ expected: [Float], within tolerance: Float = 1e-4) {
    let difference = zip(given, expected).map { abs($0 - $1) }.max() ?? .infinity
    precondition(given.count == expected.count && difference < tolerance, "\(name) differs by \(difference)")
}
expectClose("the logits", tiny.logits.floats, reference.logits.floats)
expectClose("the loss", [tiny.loss], [reference.loss])
for (name, tensor) in reference.weights.tensors { expectClose(name, tiny.weights[name]?.floats ?? [], tensor.floats) }

let program = try await tiny.trainer.program(for: images.shape)
let count = program.steps.count { $0.device == "tiny" }
print("\(count) of \(program.steps.count) steps run on the tiny backend; the reference runs")
print(program.fallbacks.joined(separator: ", "))
