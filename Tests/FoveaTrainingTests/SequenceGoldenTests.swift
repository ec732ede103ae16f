import Foundation
import FoveaCPU
import FoveaGraph
@testable import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

/// What `script/pytorch/make_sequence_goldens.py` wrote of one layer or network.
private struct SequenceGolden: Decodable {
    let name: String
    let shape: [Int]
    let lengths: [Int32]?
    let result: [Double]
    let parameters: [String]
    let gradients: [[Double]]
    let input_gradient: [Double]

    private struct File: Decodable { let cases: [SequenceGolden] }

    static func all() throws -> [SequenceGolden] {
        let url = try #require(
            Bundle.module.url(forResource: "sequences", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
    }

    /// The same network, made of our layers.
    var network: (any Network)? {
        let layer: (any SequenceLayer)? =
            switch name {
            case "causal": Conv1D(3, kernel: 3, padding: .causal, dilation: 2)
            case "valid": Conv1D(3, kernel: 4, dilation: 2)
            case "same": Conv1D(3, kernel: 4, padding: .same)
            case "grouped": Conv1D(6, kernel: 3, stride: 2, padding: 2, groups: 2, bias: false)
            case "normalized filters": Conv1D(3, kernel: 3, padding: 1, weightNorm: true)
            case "same with lengths": Conv1D(3, kernel: 3, padding: .same)
            case "max": MaxPool1D(3, stride: 2, padding: 1)
            case "average": AvgPool1D(3, stride: 2, padding: 1)
            case "batch normalization", "batch normalization with lengths": BatchNorm1D()
            case "layer normalization of channels": LayerNorm1D()
            case "group normalization", "group normalization with lengths": GroupNorm1D(2)
            case "positions": PositionalEmbedding(12)
            case "dense": Dense(5)
            case "transposed": ConvTranspose1D(3, kernel: 4, stride: 3, padding: 2, outputPadding: 1)
            case "transposed in groups": ConvTranspose1D(6, kernel: 3, dilation: 2, groups: 2, bias: false)
            case "transposed with lengths": ConvTranspose1D(3, kernel: 4, stride: 2)
            case "adaptive average": AdaptiveAvgPool1D(4)
            case "adaptive average to one", "adaptive average to one with lengths": AdaptiveAvgPool1D(1)
            default: nil
            }
        if let layer { return Probe(layer: layer) }
        switch name {
        case "layer normalization": return Taking(LayerNorm(axes: 2)) { layer, x in try layer(x.values) }
        case "attention", "attention with lengths":
            return Taking(AttentionPooling(5)) { layer, x in try layer(x).pooled }
        case "images in time": return overImages(ConvLSTM2D(2, kernel: 3, padding: .same))
        case "images in time with peepholes":
            return overImages(ConvLSTM2D(2, kernel: 3, stride: 2, padding: 1, peepholes: true))
        case "images in time with lengths": return overImages(ConvLSTM2D(2, kernel: 3))
        case "tcn": return SequenceNetwork(TCN(inputs: 2, filters: 3, levels: 3, kernel: 3), classes: 4)
        case "fcn": return SequenceNetwork(FCN(filters: 2), classes: 4)
        default: return nil
        }
    }
}

/// States, and the last state and cell, one behind the other, of a video that is read in two parts where it has no lengths.
private func overImages(_ layer: ConvLSTM2D) -> Taking<ConvLSTM2D> {
    Taking(layer) { layer, x in
        let (batch, steps, trace) = (x.values.shape[0], x.values.shape[2], try x.values.trace)
        let sizes: [Int] = [batch, 2] + (layer.stride == 2 ? [3, 3] : layer.padding == .same ? [4, 4] : [3, 3])
        func start(_ k: Int) throws -> Value { try trace.constant(goldenNoise(Shape(sizes), k, bound: 1)) }
        var state = ConvLSTM2D.State(hidden: try start(105), cell: try start(106))
        var parts: [Value] = []
        let cut = x.lengths == nil ? 1 : steps
        for range in [0..<cut, cut..<steps] where !range.isEmpty {
            let frames = try Slice(axis: 2, start: range.lowerBound, end: range.upperBound).applied(to: x.values)
            let result = try layer(frames, lengths: x.lengths, state: state)
            (parts, state) = (parts + [result.sequence], result.state)
        }
        let sequence = parts.count == 1 ? parts[0] : try Concatenation(axis: 2).results(on: parts)[0]
        let all = [sequence, state.hidden, state.cell]
        return try Concatenation(axis: 1)
            .results(on: all.map { try Reshape(to: [batch, $0.shape.elementCount / batch]).applied(to: $0) })[0]
    }
}

/// A layer as a network whose output has zeros beyond the lengths.
private struct Probe: Network {
    let layer: any SequenceLayer

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let lengths = inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil
        return [
            GraphName.logits: try layer(SequenceValue(inputs[GraphName.sequences], lengths: lengths)).masked().values
        ]
    }
}

/// A layer as a network whose output is what the closure takes of it.
private struct Taking<Wrapped: Layer>: Network {
    let layer: Wrapped
    private let result: @Sendable (Wrapped, SequenceValue) throws -> Value

    init(_ layer: Wrapped, _ result: @escaping @Sendable (Wrapped, SequenceValue) throws -> Value) {
        (self.layer, self.result) = (layer, result)
    }

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let lengths = inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil
        return [GraphName.logits: try result(layer, SequenceValue(inputs[GraphName.sequences], lengths: lengths))]
    }
}

@Suite("Convolutions over time compute what PyTorch's do")
struct SequenceGoldenTests {
    /// A graph of the network in training and of a loss that weights its result, with all gradients, and the initial states.
    private func graph(_ golden: SequenceGolden) throws -> (graph: Graph, states: [(name: String, tensor: Tensor)]) {
        let network = try #require(golden.network, "\(golden.name)")
        let trace = try Trace(network, mode: .training)
        let x = try trace.input("x", .float32(Shape(golden.shape)))
        var inputs: Named<Value> = [GraphName.sequences: x]
        if let lengths = golden.lengths {
            inputs.set(GraphName.lengths, to: try trace.constant(Tensor(integers: lengths)))
        }
        let result = try network(inputs)[GraphName.logits]
        trace.output("result", result)
        let weight = try trace.constant(goldenNoise(result.shape, 103, bound: 1))
        let loss = try ReduceSum(axes: Array(0..<result.shape.rank)).applied(to: result * weight)
        let declared = trace.declarations
        #expect(Set(declared.filter { $0.role == .trainable }.map(\.path)) == Set(golden.parameters))
        let parameters = try golden.parameters.map { try #require(trace.value(ofParameter: $0), "\($0)") }
        let gradients = try trace.gradients(of: loss, with: parameters + [x])
        for (name, gradient) in zip(golden.parameters + ["x"], gradients) {
            trace.output("gradient of \(name)", gradient)
        }
        let states = try declared.map { parameter in
            let index = golden.parameters.firstIndex(of: parameter.path)
            return (
                name: parameter.path,
                tensor: try index.map { try goldenNoise(parameter.shape, $0, bound: 0.6) }
                    ?? parameter.initialValue(seed: 0)
            )
        }
        return (trace.graph, states)
    }

    private func failures(_ golden: SequenceGolden, on backend: any Backend) async throws -> [String] {
        let (graph, states) = try graph(golden)
        let device = Device(backend)
        let program = try await device.compile(graph)
        try await program.states.write(states)
        let results = try await device.run(program, ["x": goldenNoise(Shape(golden.shape), 100, bound: 1.5)])
        var failures = program.fallbacks.map { "falls back: \($0)" }
        func compare(_ name: String, _ expected: [Double], within tolerance: Double) throws {
            let found = try #require(results[name], "\(name)").doubles
            let scale = expected.map(abs).max() ?? 1
            let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            if found.count != expected.count || !(error <= tolerance * scale) {
                failures.append("\(name): \(error / scale)")
            }
        }
        try compare("result", golden.result, within: 1e-6)
        try compare("gradient of x", golden.input_gradient, within: 1e-5)
        for (name, expected) in zip(golden.parameters, golden.gradients) {
            try compare("gradient of \(name)", expected, within: 1e-5)
        }
        return failures
    }

    @Test("results and all gradients, on both backends, with PyTorch's names")
    func goldens() async throws {
        let all = try SequenceGolden.all()
        #expect(all.count == 29)
        let cpu = try CPUBackend(threads: 2)
        for golden in all {
            for backend in [cpu, ReferenceBackend()] as [any Backend] {
                let failures = try await failures(golden, on: backend)
                #expect(failures.isEmpty, "\(golden.name), \(backend.name): \(failures.joined(separator: "; "))")
            }
        }
    }
}
