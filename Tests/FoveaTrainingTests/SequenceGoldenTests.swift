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
            default: nil
            }
        if let layer { return Probe(layer: layer) }
        switch name {
        case "tcn": return SequenceClassifier(TCN(inputs: 2, filters: 3, levels: 3, kernel: 3), classes: 4)
        case "fcn": return SequenceClassifier(FCN(filters: 2), classes: 4)
        default: return nil
        }
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
        #expect(all.count == 12)
        let cpu = try CPUBackend(threads: 2)
        for golden in all {
            for backend in [cpu, ReferenceBackend()] as [any Backend] {
                let failures = try await failures(golden, on: backend)
                #expect(failures.isEmpty, "\(golden.name), \(backend.name): \(failures.joined(separator: "; "))")
            }
        }
    }
}
