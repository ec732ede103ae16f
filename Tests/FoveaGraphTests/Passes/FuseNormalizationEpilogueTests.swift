import FoveaGraph
import Testing

@Suite("FuseNormalizationEpilogue")
struct FuseNormalizationEpilogueTests {
    private let builder = GraphBuilder()
    private let images = TensorType.float32([2, 3, 4, 4])

    /// A normalization of an input of its own.
    private func normalization(_ name: String) throws -> [Value] {
        let x = try builder.input(name, images)
        let parameters = try ["scale", "bias"].map { try builder.state("\(name).\($0)", .float32([3])) }
        builder.location = Location(path: name, layer: "BatchNorm2D")
        defer { builder.location = .none }
        return try BatchNormalization(epsilon: 1e-3).results(on: [x] + parameters)
    }

    /// The nodes that compute something, after the pass.
    private func fused(for capabilities: Capabilities = .everything) throws -> [String] {
        let graph = try FuseNormalizationEpilogue().run(on: builder.graph, for: capabilities)
        try graph.verify()
        #expect(
            try FuseNormalizationEpilogue().run(on: graph, for: capabilities).description == graph.description,
            "one run is enough")
        return graph.nodes.compactMap { node in
            guard let fused = node.operation as? FusedBatchNormalization else {
                return node.operation is Placeholder || node.operation is Constant
                    ? nil : node.operation.operationName
            }
            #expect(fused.epsilon == 1e-3)
            let parts = [fused.addsResidual ? "residual" : nil, fused.activation?.description]
            return (["fused"] + parts.compactMap(\.self) + ["of", node.location.path]).joined(separator: " ")
        }
    }

    @Test("draws in the residual's addition and the rectifier, in front of what reads the statistics")
    func everything() throws {
        let results = try normalization("bn1")
        builder.output("running", try results[1] * 0.1)
        let residual = try Tanh().applied(to: builder.input("r", images))
        builder.output("y", try ReLU6().applied(to: residual + results[0]))
        #expect(try fused() == ["Tanh", "fused residual ReLU6 of bn1", "Multiplication"])
    }

    @Test("draws in a rectifier alone, and an addition alone")
    func parts() throws {
        builder.output("y", try ReLU().applied(to: normalization("bn1")[0]))
        builder.output("z", try normalization("bn2")[0] + builder.input("r", images))
        #expect(try fused() == ["fused ReLU of bn1", "fused residual of bn2"])
    }

    @Test("of two normalizations that are added lets the later one add the earlier one's result")
    func twoNormalizations() throws {
        builder.output("y", try ReLU().applied(to: normalization("bn1")[0] + normalization("bn2")[0]))
        #expect(try fused() == ["BatchNormalization", "fused residual ReLU of bn2"])
    }

    @Test("draws in one normalization after the other")
    func chain() throws {
        let first = try ReLU().applied(to: normalization("bn1")[0])
        let scale = try builder.state("scale", .float32([3]))
        let second = try BatchNormalization(epsilon: 1e-3).results(on: [first, scale, scale])
        builder.output("y", try ReLU().applied(to: second[0] + first))
        #expect(try fused() == ["fused ReLU of bn1", "fused residual ReLU of "])
    }

    @Test("leaves alone what something else reads, and functions that are no rectifiers")
    func shared() throws {
        let (first, second, third) = (
            try normalization("bn1")[0], try normalization("bn2")[0], try normalization("bn3")[0]
        )
        builder.output("between", first)
        builder.output("first", try ReLU().applied(to: first))
        builder.output("second", try ReLU().applied(to: second) * second)
        builder.output("third", try third + third)
        builder.output("fourth", try Tanh().applied(to: normalization("bn4")[0]))
        builder.output("fifth", try normalization("bn5")[0] + builder.input("r", .float32([4])))
        builder.output("sixth", try LeakyReLU().applied(to: normalization("bn6")[0]))
        #expect(try !fused().contains { $0.hasPrefix("fused") })
    }

    @Test("draws in as much as the backend runs in one node")
    func capabilities() throws {
        let residual = try builder.input("r", images)
        builder.output("y", try ReLU().applied(to: normalization("bn1")[0] + residual))
        let noRectifier = Capabilities { operation, _, _ in
            (operation as? FusedBatchNormalization)?.activation == nil
        }
        #expect(try fused(for: noRectifier) == ["fused residual of bn1", "ReLU"])
        let noneFused = Capabilities { operation, _, _ in !(operation is FusedBatchNormalization) }
        #expect(try fused(for: noneFused) == ["BatchNormalization", "Addition", "ReLU"])
    }

    @Test("leaves out a fusion that would have to wait for itself")
    func cycle() throws {
        let results = try normalization("bn1")
        let residual = try Broadcast(to: images.shape).applied(to: Reshape(to: [3, 1, 1]).applied(to: results[1]))
        builder.output("y", try ReLU().applied(to: results[0] + residual))
        builder.output("z", try ReLU().applied(to: normalization("bn2")[0]))
        #expect(
            try fused() == ["BatchNormalization", "Reshape", "Broadcast", "Addition", "ReLU", "fused ReLU of bn2"])
    }
}
