import FoveaGraph
import Testing

@Suite("TakeRectifierGradientsFromResults")
struct TakeRectifierGradientsFromResultsTests {
    private static let numbers: [Double] = [
        0, -0.0, 6, 5.5, 6.5, -1, 1, 1e-300, -1e-300, .nan, .infinity, -.infinity, .leastNonzeroMagnitude,
    ]

    /// The gradient of a sum of f(x) with respect to x, beside f(x) itself.
    private func differentiated(_ function: any UnaryOperation) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.input("x", TensorType([Self.numbers.count], .float64))
        let y = try builder.add(function, [x])[0]
        let loss = try ReduceSum(axes: [0]).applied(to: y)
        builder.output("gradient", try builder.gradients(of: loss, with: [x])[0])
        builder.output("y", y)
        return builder.graph
    }

    @Test(
        "reads a derivative that shows in the result off it, with the same numbers",
        arguments: [ReLU(), ReLU6(), LeakyReLU(negativeSlope: 0.2), LeakyReLU(negativeSlope: 0)]
            as [any UnaryOperation])
    func rectifiers(function: any UnaryOperation) throws {
        let graph = try differentiated(function)
        let changed = try TakeRectifierGradientsFromResults().run(on: graph)
        try changed.verify()
        let result = try #require(changed.outputs.last?.value)
        let gradient = try #require(changed.nodes.first { $0.operation.operationName.hasSuffix("Gradient") })
        #expect(gradient.operands[0] == result)
        let x = try doubles(Self.numbers)
        let (before, after) = (try run(graph, [x]), try run(changed, [x]))
        for (old, new) in zip(before, after) { #expect(new.isClose(to: old.doubles, within: 0)) }
        #expect(try TakeRectifierGradientsFromResults().run(on: changed).description == changed.description)
    }

    @Test(
        "leaves functions alone whose result does not tell",
        arguments: [LeakyReLU(negativeSlope: -0.5), Tanh(), Absolute(), SiLU()] as [any UnaryOperation])
    func others(function: any UnaryOperation) throws {
        let graph = try differentiated(function)
        #expect(try TakeRectifierGradientsFromResults().run(on: graph).description == graph.description)
    }

    @Test("leaves a gradient alone where the graph does not hold the result of the same function")
    func withoutResult() throws {
        let builder = GraphBuilder()
        let (x, other) = (try builder.input("x", .float32([2])), try builder.input("other", .float32([2])))
        let upstream = try builder.input("upstream", .float32([2]))
        builder.output("other", try ReLU().applied(to: other))
        builder.output("leaky", try LeakyReLU(negativeSlope: 0.1).applied(to: x))
        builder.output("g", try UnaryGradient(of: ReLU()).applied(to: x, upstream))
        builder.output("h", try UnaryGradient(of: LeakyReLU(negativeSlope: 0.2)).applied(to: x, upstream))
        #expect(
            try TakeRectifierGradientsFromResults().run(on: builder.graph).description == builder.graph.description)
    }
}
