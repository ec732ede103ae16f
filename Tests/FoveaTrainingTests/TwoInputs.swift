import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// A network with a picture and a vector in; classes, a number and an embedding out.
struct TwoInputs: Network {
    let see = Sequential {
        Conv2D(4, kernel: 3)
        BatchNorm2D()
        ReLU()
        Flatten()
        Dropout(0.2)
    }
    let read = Dense(6)
    let embed = Dense(5)
    let classify = Dense(3)
    let weigh = Dense(1)

    static let inputs: Named<TensorType> = ["picture": .float32([1, 6, 6]), "vector": .float32([4])]

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let seen = try see(inputs["picture"])
        let embedding = try Tanh()(embed(Concatenation(axis: 1).applied(to: seen, read(inputs["vector"]))))
        return ["class": try classify(embedding), "number": try weigh(embedding), "embedding": embedding]
    }
}

/// Cross-entropy of the class, a tenth of the squared error of the number, a hundredth of the embedding's squares.
struct TwoInputsObjective: Objective {
    let classes = Classification(output: "class", target: "class_label")

    func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> {
        try classes.targets(for: outputs).merging(["wanted_number": outputs["number"]])
    }

    func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
        let mean = ReduceMean(axes: [0, 1])
        let error = try outputs["number"] - targets["wanted_number"]
        let squaredError = try mean.applied(to: error * error)
        let squares = try mean.applied(to: outputs["embedding"] * outputs["embedding"])
        let classLoss = try classes(outputs, targets).loss
        return Measures(
            loss: try classLoss + squaredError * 0.1 + squares * 0.01,
            metrics: ["class_loss": classLoss, "squared_error": squaredError, "squares": squares])
    }

    var outputsForHost: [String] { classes.outputsForHost }

    func hostMetrics(_ outputs: [String: Tensor], targets: [String: Tensor]) throws -> Named<Double> {
        try classes.hostMetrics(outputs, targets: targets)
    }

    func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit? {
        classes.misfit(in: targets, for: outputs)
    }
}

extension TwoInputs {
    /// Examples that can be told apart: class k has a bright row k and a number that is k plus the vector's first element.
    static func batch(_ indices: Range<Int>) throws -> Batch {
        var pictures: [Float] = []
        var vectors: [Float] = []
        var labels: [Int32] = []
        var numbers: [Float] = []
        for index in indices {
            var stream = CounterBasedGenerator(seed: 5, purpose: "two inputs").derived(UInt64(index)).stream
            let label = index % 3
            pictures += (0..<36).map { Float(stream.normal()) * 0.1 + ($0 / 6 == label ? 1 : 0) }
            let vector = (0..<4).map { _ in Float(stream.normal()) * 0.3 }
            vectors += vector
            labels.append(Int32(label))
            numbers.append(Float(label) + vector[0])
        }
        let count = indices.count
        return Batch(
            indices: Array(indices),
            values: [
                "picture": try Tensor([count, 1, 6, 6], pictures), "vector": try Tensor([count, 4], vectors),
                "class_label": Tensor(integers: labels), "wanted_number": try Tensor([count, 1], numbers),
            ])
    }

    /// What a network is given for a batch of examples, without targets.
    static func inputs(_ indices: Range<Int>) throws -> [String: Tensor] {
        try batch(indices).values.filter { inputs.contains($0.key) }
    }
}

/// The examples of ``TwoInputs/batch(_:)`` one by one.
struct TwoInputsSource: ExampleSource {
    let name = "two inputs"
    let range: Range<Int>

    var count: Int { range.count }

    func example(at index: Int) throws -> Example {
        let batch = try TwoInputs.batch(range.lowerBound + index..<range.lowerBound + index + 1)
        let values = try batch.values.mapValues { try $0.reshaped(to: Shape(Array($0.shape.dimensions.dropFirst()))) }
        return Example(values: values)
    }
}
