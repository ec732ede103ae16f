import FoveaGraph
import Testing

@Suite("FuseConvolutionEpilogue")
struct FuseConvolutionEpilogueTests {
    private let builder = GraphBuilder()
    private let same: Window

    init() throws { same = try Window(kernel: 3, padding: .init(1)) }

    /// A convolution of an input of its own, from 3 channels to 3.
    private func convolution(_ name: String, withBias: Bool = false) throws -> Value {
        let x = try builder.input(name, .float32([2, 3, 4, 4]))
        let filters = try builder.state(name + ".weight", .float32([3, 3, 3, 3]))
        let bias = withBias ? [try builder.state(name + ".bias", .float32([3]))] : []
        builder.location = Location(path: name, layer: "Conv2D")
        defer { builder.location = .none }
        return try Convolution(same).results(on: [x, filters] + bias)[0]
    }

    /// The nodes that compute something, as the printer names them, after the pass.
    private func fused(for capabilities: Capabilities = .everything) throws -> [String] {
        let graph = try FuseConvolutionEpilogue().run(on: builder.graph, for: capabilities)
        try graph.verify()
        #expect(
            try FuseConvolutionEpilogue().run(on: graph, for: capabilities).description == graph.description,
            "one run is enough")
        return graph.nodes.compactMap { node in
            guard let fused = node.operation as? FusedConvolution else {
                return node.operation is Placeholder || node.operation is Constant
                    ? nil : node.operation.operationName
            }
            let parts = [
                fused.hasBias ? "bias" : nil, fused.addsResidual ? "residual" : nil, fused.activation?.description,
            ]
            return "FusedConvolution " + parts.compactMap(\.self).joined(separator: " ") + " of \(node.location.path)"
        }
    }

    @Test("draws in the residual's addition and the activation")
    func everything() throws {
        let residual = try builder.input("r", .float32([2, 3, 4, 4]))
        builder.output("y", try ReLU6().applied(to: residual + convolution("conv1", withBias: true)))
        #expect(try fused() == ["FusedConvolution bias residual ReLU6 of conv1"])
    }

    @Test("draws in an activation alone, and an addition alone")
    func parts() throws {
        builder.output("y", try LeakyReLU(negativeSlope: 0.5).applied(to: convolution("conv1")))
        let residual = try builder.input("r", .float32([2, 3, 4, 4]))
        builder.output("z", try convolution("conv2") + residual)
        #expect(
            try fused() == [
                "FusedConvolution LeakyReLU(negativeSlope: 0.5) of conv1", "FusedConvolution residual of conv2",
            ])
    }

    @Test("of two convolutions that are added lets the later one add the earlier one's result")
    func twoConvolutions() throws {
        builder.output("y", try ReLU().applied(to: convolution("conv1") + convolution("conv2")))
        #expect(try fused() == ["Convolution", "FusedConvolution residual ReLU of conv2"])
    }

    @Test("an activation before the addition ends the chain")
    func activationFirst() throws {
        let residual = try builder.input("r", .float32([2, 3, 4, 4]))
        builder.output("y", try ReLU().applied(to: convolution("conv1")) + residual)
        #expect(try fused() == ["FusedConvolution ReLU of conv1", "Addition"])
    }

    @Test(
        "leaves alone what something else reads",
        arguments: ["output", "update", "node", "twice", "broadcast", "function"])
    func shared(reason: String) throws {
        let result = try convolution("conv1")
        switch reason {
        case "output":
            builder.output("between", result)
            builder.output("y", try ReLU().applied(to: result))
            #expect(try fused() == ["Convolution", "ReLU"])
        case "update":
            _ = try builder.state("kept", result.type)
            builder.update("kept", to: result)
            builder.output("y", try ReLU().applied(to: result))
            #expect(try fused() == ["Convolution", "ReLU"])
        case "node":
            builder.output("y", try ReLU().applied(to: result) * Tanh().applied(to: result))
            #expect(try fused() == ["Convolution", "ReLU", "Tanh", "Multiplication"])
        case "twice":
            builder.output("y", try result + result)
            #expect(try fused() == ["Convolution", "Addition"])
        case "broadcast":
            builder.output("y", try result + builder.input("r", .float32([4])))
            #expect(try fused() == ["Convolution", "Addition"])
        default:
            builder.output("y", try SquareRoot().applied(to: result))
            #expect(try fused() == ["Convolution", "SquareRoot"])
        }
    }

    @Test("makes no node that the backend does not run, and the shorter one that it does")
    func capabilities() throws {
        let residual = try builder.input("r", .float32([2, 3, 4, 4]))
        builder.output("y", try Mish().applied(to: residual + convolution("conv1")))
        let noneFused = Capabilities { operation, _, _ in !(operation is FusedConvolution) }
        #expect(try fused(for: noneFused) == ["Convolution", "Addition", "Mish"])
        let noMish = Capabilities { operation, _, _ in
            (operation as? FusedConvolution)?.activation != FusedActivation(Mish())
        }
        #expect(try fused(for: noMish) == ["FusedConvolution residual of conv1", "Mish"])
        let noResidual = Capabilities { operation, operands, _ in operands.count < 3 }
        #expect(try fused(for: noResidual) == ["Convolution", "Addition", "Mish"])
        #expect(try fused() == ["FusedConvolution residual Mish of conv1"])
    }

    @Test("leaves the guard's value alone")
    func guarded() throws {
        let x = try builder.input("x", .float32([1, 1, 1, 1]))
        let w = try builder.input("w", .float32([1, 1, 1, 1]))
        let result = try Convolution(Window(kernel: 1)).applied(to: x, w)
        builder.output("y", try ReLU().applied(to: result))
        builder.updateOnlyIfFinite(try Reshape(to: []).applied(to: result))
        #expect(try fused() == ["Convolution", "ReLU", "Reshape"])
    }
}
