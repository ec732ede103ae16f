import FoveaGraph
import Testing

@Suite("RecomputeNormalizations")
struct RecomputeNormalizationsTests {
    private let builder = GraphBuilder()
    private let images: Value
    private let filters: Value
    private let window: Window

    init() throws {
        window = try Window(kernel: 3, padding: .init(1))
        images = try builder.input("images", .float32([2, 3, 6, 6]))
        filters = try builder.input("filters", .float32([3, 3, 3, 3]))
    }

    private func normalized(rectifier: (any Rectifier)? = nil, residual: Value? = nil) throws -> Value {
        let parameters = try ["scale", "bias"].map { try builder.input($0, .float32([3])) }
        if rectifier == nil, residual == nil {
            return try BatchNormalization(epsilon: 1e-3).results(on: [images] + parameters)[0]
        }
        return try FusedBatchNormalization(epsilon: 1e-3, addsResidual: residual != nil, rectifier: rectifier)
            .results(on: [images] + parameters + (residual.map { [$0] } ?? []))[0]
    }

    /// A convolution of a value, and the gradient of its filters.
    private func convolve(_ x: Value, upstream: Value? = nil) throws {
        let result = try Convolution(window).applied(to: x, filters)
        builder.output("result", result)
        let gradient = ConvolutionFilterGradient(window, withBias: true)
        for (index, value) in try gradient.results(on: [x, upstream ?? result]).enumerated() {
            builder.output("gradient \(index)", value)
        }
    }

    /// The nodes that compute something, with what they read of each other, after the pass, which must not change what is
    /// computed.
    private func nodes() throws -> [String] {
        let graph = try RecomputeNormalizations().run(on: builder.graph, for: .everything)
        try graph.verify()
        #expect(
            try RecomputeNormalizations().run(on: graph, for: .everything).description == graph.description,
            "one run is enough")
        let inputs = graph.inputs.map { input in
            var stream = CounterBasedGenerator(seed: 1, purpose: input.name).stream
            // Small filters, so that what is summed over them and over pixels stays near 1.
            let scale = input.name == "filters" ? 0.01 : 1
            return Tensor(
                elements: (0..<input.type.shape.elementCount).map { _ in stream.normal() * scale }, input.type)
        }
        for (before, after) in zip(try run(builder.graph, inputs), try run(graph, inputs)) {
            #expect(after.isClose(to: before.doubles, within: 1e-5))
        }
        return graph.nodes.filter { !($0.operation is Placeholder) }.map { node in
            let sources = node.operands.map { graph.nodes[$0.node].operation }.filter { !($0 is Placeholder) }
            return ([node.operation] + sources).map(\.operationName).joined(separator: " ")
        }
    }

    @Test(
        "makes the result again for the gradient of the filters, with and without a rectifier",
        arguments: [false, true])
    func again(isRectified: Bool) throws {
        try convolve(normalized(rectifier: isRectified ? ReLU6() : nil))
        let forward = isRectified ? "FusedBatchNormalization" : "BatchNormalization"
        #expect(
            try nodes() == [
                forward, "Convolution \(forward)", "FusedBatchNormalizationInference \(forward) \(forward)",
                "ConvolutionFilterGradient FusedBatchNormalizationInference Convolution",
            ])
        let graph = try RecomputeNormalizations().run(on: builder.graph, for: .everything)
        let made = graph.nodes.compactMap { $0.operation as? FusedBatchNormalizationInference }
        #expect(made.map(\.epsilon) == [1e-3])
        #expect(made.map(\.activation) == [isRectified ? FusedActivation(ReLU6()) : nil])
    }

    @Test("does so where pooling reads the result too")
    func pooled() throws {
        let y = try normalized(rectifier: ReLU())
        builder.output("pooled", try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [y])[0])
        try convolve(y)
        #expect(
            try nodes().contains("FusedBatchNormalizationInference FusedBatchNormalization FusedBatchNormalization"))
    }

    /// Why a result has to be kept all the same.
    enum Reason: CaseIterable {
        case residual, output, otherGradient, twoFilters, upstream
    }

    @Test("leaves a result that is kept anyway, and one that a residual was added to", arguments: Reason.allCases)
    func kept(reason: Reason) throws {
        let y = try normalized(rectifier: ReLU(), residual: reason == .residual ? images : nil)
        switch reason {
        case .residual: break
        case .output: builder.output("y", y)
        case .otherGradient: builder.output("g", try UnaryGradient(of: ReLU()).applied(to: y, images))
        case .twoFilters:
            builder.output("g", try ConvolutionFilterGradient(window, withBias: false).results(on: [y, images])[0])
        case .upstream: return #expect(try unchanged { try convolve(y, upstream: y) })
        }
        #expect(try unchanged { try convolve(y) })
    }

    private func unchanged(_ build: () throws -> Void) throws -> Bool {
        try build()
        return try !nodes().contains { $0.hasPrefix("FusedBatchNormalizationInference") }
    }
}
