import FoveaGraph
import Testing

@Suite("FuseLossGradient")
struct FuseLossGradientTests {
    private let builder = GraphBuilder()
    private let logits: Value
    private let upstream: Value

    init() throws {
        logits = try builder.input("logits", TensorType([2, 3], .float64))
        upstream = try builder.input("upstream", TensorType([2], .float64))
    }

    /// The nodes that compute something after the pass, which must not change what is computed.
    private func names(for capabilities: Capabilities = .everything) throws -> [String] {
        let graph = try FuseLossGradient().run(on: builder.graph, for: capabilities)
        try graph.verify()
        #expect(
            try FuseLossGradient().run(on: graph, for: capabilities).description == graph.description,
            "one run is enough")
        let inputs = graph.inputs.map { input in
            var random = CounterBasedGenerator(seed: 1, purpose: input.name).stream
            let isLabels = input.type.dataType == .int32
            return Tensor(
                elements: (0..<input.type.shape.elementCount).map { isLabels ? Double($0) : random.normal() },
                input.type)
        }
        for (before, after) in zip(try run(builder.graph, inputs), try run(graph, inputs)) {
            #expect(after == before)
        }
        return graph.nodes.map(\.operation).filter { !($0 is Placeholder) }.map(\.operationName)
    }

    @Test("makes one node of a loss and its gradient, from labels and from targets", arguments: [false, true])
    func fuses(hasTargets: Bool) throws {
        let loss: any Operation = hasTargets ? SoftmaxCrossEntropyWithTargets() : SoftmaxCrossEntropy()
        let truth = try builder.input("truth", hasTargets ? logits.type : TensorType([2], .int32))
        let losses = try loss.applied(to: logits, truth)
        builder.output("losses", losses)
        let gradients = try builder.gradients(of: ReduceMean(axes: [0]).applied(to: losses), with: [logits])
        builder.output("gradient", gradients[0])
        #expect(try names().contains("FusedSoftmaxCrossEntropy"))
        #expect(try !names().contains { $0.hasPrefix("SoftmaxCrossEntropy") })
        let others = Capabilities { operation, _, _ in !(operation is FusedSoftmaxCrossEntropy) }
        #expect(try !names(for: others).contains("FusedSoftmaxCrossEntropy"))
    }

    @Test("leaves a second gradient, one for other labels, and one that depends on the loss")
    func others() throws {
        let labels = try ["labels", "others"].map { try builder.input($0, TensorType([2], .int32)) }
        let losses = try SoftmaxCrossEntropy().applied(to: logits, labels[0])
        builder.output("losses", losses)
        builder.output("other", try SoftmaxCrossEntropyGradient().applied(to: logits, labels[1], upstream))
        builder.output("own", try SoftmaxCrossEntropyGradient().applied(to: logits, labels[0], losses))
        #expect(try names() == ["SoftmaxCrossEntropy", "SoftmaxCrossEntropyGradient", "SoftmaxCrossEntropyGradient"])
    }
}
