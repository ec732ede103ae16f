import FoveaGraph
import Testing

@Suite("FuseNormalizationGradient")
struct FuseNormalizationGradientTests {
    private let builder = GraphBuilder()
    private let images = TensorType.float32([2, 3, 4, 4])
    private let y: Value
    private let upstream: [Value]

    init() throws {
        y = try builder.input("y", images)
        upstream = [try builder.input("u", images), try builder.input("v", images)]
    }

    /// The gradient of a normalization of inputs of its own; its results are outputs.
    private func gradient(_ name: String, _ upstream: Value) throws {
        let x = try builder.input(name, images)
        let perChannel = try ["scale", "mean", "variance"].map { try builder.input("\(name).\($0)", .float32([3])) }
        builder.location = Location(path: name, layer: "BatchNorm2D")
        defer { builder.location = .none }
        let results = try BatchNormalizationGradient(epsilon: 1e-3).results(on: [x] + perChannel + [upstream])
        for (index, result) in results.enumerated() { builder.output("\(name) \(index)", result) }
    }

    private func rectified(_ upstream: Value) throws -> Value {
        try UnaryGradient(of: ReLU()).applied(to: y, upstream)
    }

    /// The nodes that compute something, after the pass, which must not change what is computed.
    private func fused() throws -> [String] {
        let graph = try FuseNormalizationGradient().run(on: builder.graph, for: .everything)
        try graph.verify()
        #expect(
            try FuseNormalizationGradient().run(on: graph, for: .everything).description == graph.description,
            "one run is enough")
        let inputs = graph.inputs.map { input in
            var stream = CounterBasedGenerator(seed: 1, purpose: input.name).stream
            let elements = (0..<input.type.shape.elementCount).map { _ in abs(stream.normal()) }
            return Tensor(elements: input.name == "y" ? elements.map { $0 - 0.5 } : elements, input.type)
        }
        for (before, after) in zip(try run(builder.graph, inputs), try run(graph, inputs)) {
            #expect(after.isClose(to: before.doubles, within: 1e-5))
        }
        return graph.nodes.compactMap { node in
            guard let fused = node.operation as? FusedBatchNormalizationGradient else {
                return node.operation is Placeholder ? nil : node.operation.operationName
            }
            #expect(fused.epsilon == 1e-3)
            let parts = [
                fused.addsUpstream ? "sum" : nil, fused.activation?.description, fused.recomputesResult ? "again" : nil,
                fused.givesUpstream ? "for others" : nil,
            ]
            return (["fused"] + parts.compactMap(\.self) + ["of", node.location.path]).joined(separator: " ")
        }
    }

    @Test("draws in the rectifier's gradient and the sum that it is given")
    func everything() throws {
        try gradient("bn1", rectified(upstream[0] + upstream[1]))
        #expect(try fused() == ["fused sum ReLU of bn1"])
    }

    @Test("draws in the rectifier's gradient alone, and the sum alone")
    func parts() throws {
        try gradient("bn1", rectified(upstream[0]))
        try gradient("bn2", upstream[0] + upstream[1])
        #expect(try fused() == ["fused ReLU of bn1", "fused sum of bn2"])
    }

    @Test("hands the rectified gradient on to others that read it, which come after")
    func handedOn() throws {
        let g = try rectified(upstream[0] + upstream[1])
        builder.output("residual", try Exponential().applied(to: g))
        try gradient("bn1", g)
        #expect(try fused() == ["fused sum ReLU for others of bn1", "Exponential"])
    }

    @Test("hands the sum on where there is no rectifier")
    func sumHandedOn() throws {
        let sum = try upstream[0] + upstream[1]
        try gradient("bn1", sum)
        builder.output("residual", sum)
        #expect(try fused() == ["fused sum for others of bn1"])
    }

    @Test("draws the rectifier's gradient into one of two normalizations, which hands it to the other")
    func twoNormalizations() throws {
        let g = try rectified(upstream[0])
        try gradient("bn1", g)
        try gradient("bn2", g)
        #expect(try fused() == ["fused ReLU for others of bn1", "BatchNormalizationGradient"])
    }

    @Test("leaves a sum alone that something else reads before it is rectified, and sums that repeat an operand")
    func sharedSum() throws {
        let sum = try upstream[0] + upstream[1]
        builder.output("sum", sum)
        try gradient("bn1", rectified(sum))
        let repeated = try upstream[0] + builder.input("w", .float32([4]))
        try gradient("bn2", repeated)
        #expect(try fused() == ["Addition", "fused ReLU of bn1", "Addition", "BatchNormalizationGradient"])
    }

    @Test("leaves gradients of other functions alone")
    func otherFunctions() throws {
        try gradient("bn1", UnaryGradient(of: Tanh()).applied(to: y, upstream[0]))
        #expect(try fused() == ["TanhGradient", "BatchNormalizationGradient"])
    }

    @Test("makes the rectified result again where that takes nothing but what the gradient reads", arguments: 0..<5)
    func recomputes(variant: Int) throws {
        let x = try builder.input("x", images)
        let (scale, bias) = (try builder.input("scale", .float32([3])), try builder.input("bias", .float32([3])))
        let other = try builder.input("other", .float32([3]))
        let residual = variant == 1
        let forward = try FusedBatchNormalization(epsilon: 1e-3, addsResidual: residual, rectifier: ReLU())
            .results(on: [x, scale, bias] + (residual ? [upstream[1]] : []))
        let g =
            variant == 2
            ? try UnaryGradient(of: ReLU6()).applied(to: forward[0], upstream[0])
            : try UnaryGradient(of: ReLU()).applied(to: forward[0], upstream[0])
        let results = try BatchNormalizationGradient(epsilon: 1e-3).results(
            on: [x, variant == 3 ? other : scale, variant == 4 ? other : forward[1], forward[2], g])
        builder.output("gradient", results[0])
        let expected =
            switch variant {
            case 0: "fused ReLU again of "
            case 2: "fused ReLU6 of "
            default: "fused ReLU of "
            }
        #expect(try fused() == ["FusedBatchNormalization", expected])
    }
}
