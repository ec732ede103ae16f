import FoveaGraph
import Testing

@Suite("FoldBatchNormalization")
struct FoldBatchNormalizationTests {
    private let builder = GraphBuilder()

    /// An input, drawn at random when the graph runs.
    private func input(_ name: String, _ shape: Shape) throws -> Value {
        try builder.input(name, TensorType(shape, .float64))
    }

    /// A convolution from 4 to 6 channels.
    private func convolution(_ groups: Int, withBias: Bool) throws -> Value {
        let operands = [try input("x", [2, 4, 5, 5]), try input("w", [6, 4 / groups, 3, 3])]
        return try Convolution(Window(kernel: 3, stride: 2), groups: groups)
            .results(on: operands + (withBias ? [input("b", [6])] : []))[0]
    }

    private func normalized(_ value: Value, epsilon: Double = 1e-3) throws -> Value {
        let parameters = try ["scale", "bias", "mean", "variance"].map { try input($0, [value.shape[1]]) }
        return try BatchNormalizationInference(epsilon: epsilon).results(on: [value] + parameters)[0]
    }

    /// The outputs for positive numbers drawn at random.
    private func outputs(of graph: Graph) throws -> [Tensor] {
        try run(
            graph,
            graph.inputs.map { input in
                var stream = CounterBasedGenerator(seed: 1, purpose: input.name).stream
                return Tensor(
                    elements: (0..<input.type.shape.elementCount).map { _ in 0.1 + stream.uniform() }, input.type)
            })
    }

    @Test("leaves a convolution with other filters and another bias", arguments: [1, 2], [false, true])
    func folds(groups: Int, withBias: Bool) throws {
        builder.output("y", try normalized(convolution(groups, withBias: withBias)))
        let graph = try FoldBatchNormalization().run(on: builder.graph)
        #expect(!graph.nodes.contains { $0.operation is BatchNormalizationInference })
        #expect(graph.nodes.count { $0.operation is Convolution } == 1)
        #expect(graph.nodes.last?.operands.count == 3)
        let (before, after) = (try outputs(of: builder.graph)[0], try outputs(of: graph)[0])
        #expect(after.type == before.type)
        #expect(after.isClose(to: before.doubles, within: 1e-12))
    }

    @Test("folds what is normalized in a longer type in that type, and drops the casts", arguments: [false, true])
    func mixed(isNarrowed: Bool) throws {
        func input(_ name: String, _ shape: Shape) throws -> Value { try builder.input(name, .float32(shape)) }
        let (x, filters) = (try input("x", [2, 4, 5, 5]), try input("w", [6, 4, 3, 3]))
        let narrow = try [x, filters].map { try $0.cast(to: .bfloat16) }
        let result = try Convolution(Window(kernel: 3, stride: 2)).results(on: narrow)[0].cast(to: .float32)
        let parameters = try ["scale", "bias", "mean", "variance"].map { try input($0, [6]) }
        let normalized = try BatchNormalizationInference(epsilon: 1e-3).results(on: [result] + parameters)[0]
        builder.output("y", isNarrowed ? try ReLU().applied(to: normalized.cast(to: .bfloat16)) : normalized)
        let graph = try FoldBatchNormalization().run(on: builder.graph)
        #expect(!graph.nodes.contains { $0.operation is BatchNormalizationInference })
        let convolution = try #require(graph.nodes.first { $0.operation is Convolution })
        #expect(convolution.results[0].dataType == .bfloat16 && convolution.operands.count == 3)
        let folding = try #require(graph.nodes.first { $0.operation is NormalizationFolding })
        #expect(folding.results.allSatisfy { $0.dataType == .float32 })
        let order = graph.nodes.suffix(2).map(\.operation.operationName)
        #expect(order == ["Convolution", isNarrowed ? "ReLU" : "Cast"])
        let (before, after) = (try outputs(of: builder.graph)[0], try outputs(of: graph)[0])
        #expect(after.type == before.type)
        let size = before.doubles.map(abs).max() ?? 0
        #expect(zip(after.doubles, before.doubles).allSatisfy { abs($0 - $1) < 0.02 * size })
    }

    @Test("leaves alone a convolution that something else reads, and a normalization of something else")
    func shared() throws {
        let result = try convolution(1, withBias: false)
        builder.output("between", result)
        builder.output("y", try normalized(result))
        #expect(try FoldBatchNormalization().run(on: builder.graph).description == builder.graph.description)
    }

    @Test("leaves alone a normalization of something else")
    func noConvolution() throws {
        builder.output("y", try normalized(Tanh().applied(to: convolution(1, withBias: false))))
        #expect(try FoldBatchNormalization().run(on: builder.graph).description == builder.graph.description)
    }

    @Test("goes before the activation is drawn in")
    func order() throws {
        builder.output("y", try ReLU().applied(to: normalized(convolution(1, withBias: false))))
        let graph = try builder.graph.optimized(
            by: Graph.simplifications + [FuseConvolutionEpilogue()], for: .everything, verifying: true)
        let fused = try #require(graph.nodes.last?.operation as? FusedConvolution)
        #expect(fused.hasBias)
        #expect(fused.activation == FusedActivation(ReLU()))
    }
}
