import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport

/// Steps of a network of the zoo on one synthetic batch, which lies on the device.
struct TrainingProblem: Sendable {
    let graph: Graph
    let parameters: [ParameterDeclaration]

    /// - Parameters:
    ///   - size: height and width of the images; by default the network's own.
    init(_ name: String, batch: Int, size: Int?, precision: ReportPrecision) throws {
        let network = try Self.network(name, size: size, precision)
        let training = try TrainingGraph(
            network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.01, momentum: 0.9)),
            batch: network.inputs.batched(batch))
        (graph, parameters) = (training.graph, training.parameters)
    }

    static func network(_ name: String, size: Int?, _ precision: ReportPrecision) throws -> TracedNetwork {
        let entry = try ModelZoo.entry(named: name)
        let input = size.map { Shape([entry.input[0], $0, $0]) } ?? entry.input
        return TracedNetwork(
            entry.make(entry.classes), input: input, hasDropout: false,
            precision: precision == .bf16 ? .bfloat16 : .float32)
    }

    /// Weights as they are drawn for a training.
    func initialize(_ program: Program) async throws {
        let weights = Weights(initializing: parameters, seed: 1)
        try await program.states.write(weights.namedTensors)
    }

    /// The inputs of a step; of every step the same batch.
    static func inputs(of program: Program, step: Int = 1) -> [String: Tensor] {
        let inputs = program.inputs.map { input -> (String, Tensor) in
            (input.name, tensor(input.name, input.type, step: step))
        }
        return Dictionary(inputs) { first, _ in first }
    }

    private static func tensor(_ name: String, _ type: TensorType, step: Int) -> Tensor {
        if type.shape.rank == 0 { return Tensor(elements: [name == GraphName.step ? Double(step) : 0.01], type) }
        let generator = CounterBasedGenerator(seed: 2, purpose: name)
        let words = (0..<type.shape.elementCount).map { Double(generator.word(at: $0)) / 0x1p32 }
        return Tensor(elements: type.dataType.isFloatingPoint ? words : words.map { ($0 * 10).rounded(.down) }, type)
    }

    /// The values on the device: what a step reads there need not be copied.
    static func onDevice(_ inputs: [String: Tensor], _ device: Device) async throws -> [String: any DeviceValue] {
        let builder = GraphBuilder()
        for (name, tensor) in inputs.sorted(by: { $0.key < $1.key }) {
            builder.output(name, try builder.input(name, tensor.type))
        }
        return try await device.results(of: device.compile(builder.graph), given: inputs)
    }
}
