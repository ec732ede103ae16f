import Foundation
import FoveaCPU
import FoveaGraph
@testable import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

/// What `script/pytorch/make_recurrent_goldens.py` wrote of one layer.
private struct RecurrentGolden: Decodable, CustomTestStringConvertible {
    let kind: String
    let layers: Int
    let bidirectional: Bool
    let unequal: Bool
    let given: Bool
    let results: [[Double]]
    let gradients: [String: [Double]]
    let input_gradient: [Double]
    let state_gradients: [[Double]]
    /// The largest errors of PyTorch's own single precision, relative to the largest element: of results, and of gradients.
    let float32_errors: [Double]

    struct File: Decodable {
        let lengths: [Int32]
        let cases: [RecurrentGolden]
    }

    static func file() throws -> File {
        let url = try #require(
            Bundle.module.url(forResource: "recurrent", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    }

    var testDescription: String {
        "\(kind), \(layers) layers" + (bidirectional ? ", both directions" : "") + (unequal ? ", lengths" : "")
            + (given ? ", from a state" : "")
    }

    var directions: Int { bidirectional ? 2 : 1 }
    var outputs: Int { kind == "lstm_projected" ? 2 : 3 }
    var isLSTM: Bool { kind.hasPrefix("lstm") }

    var layer: any RecurrentLayer {
        switch kind {
        case "rnn_tanh": RNN(3, layers: layers, bidirectional: bidirectional)
        case "rnn_relu": RNN(3, layers: layers, nonlinearity: .relu, bidirectional: bidirectional)
        case "gru": GRU(3, layers: layers, bidirectional: bidirectional)
        default: LSTM(3, layers: layers, bidirectional: bidirectional, projection: isProjected ? 2 : nil)
        }
    }

    private var isProjected: Bool { kind == "lstm_projected" }
}

/// A recurrent layer as a network whose parameters have the layer's own names.
private struct Probe: Network {
    let layer: any RecurrentLayer

    var parameterList: ParameterList { get throws { try ParameterList(walking: layer) } }

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> { inputs }
}

@Suite("Recurrent layers compute what PyTorch's do")
struct RecurrentGoldenTests {
    private static let (batch, steps, inputs) = (3, 5, 2)

    /// A graph of the layer and of a loss that weights its results, with all gradients, and the tensors that it takes.
    private func graph(
        _ golden: RecurrentGolden, lengths: [Int32]
    ) throws -> (graph: Graph, inputs: [String: Tensor], weights: [(name: String, tensor: Tensor)]) {
        let layer = golden.layer
        let trace = try Trace(Probe(layer: layer), mode: .inference)
        var inputs: [String: Tensor] = [:]
        func input(_ name: String, _ shape: [Int], _ k: Int, bound: Double) throws -> Value {
            inputs[name] = try goldenNoise(Shape(shape), k, bound: bound)
            return try trace.input(name, .float32(Shape(shape)))
        }
        let x = try input("x", [Self.batch, Self.inputs, Self.steps], 100, bound: 1.5)
        func states(_ name: String, _ size: Int, _ k: Int) throws -> (whole: Value, parts: [[Value]]) {
            let count = golden.layers * golden.directions
            let whole = try input(name, [count, Self.batch, size], k, bound: 1)
            let parts = try (0..<count).map { index in
                try Reshape(to: [Self.batch, size]).applied(
                    to: Slice(axis: 0, start: index, end: index + 1).applied(to: whole))
            }
            return (
                whole,
                stride(from: 0, to: count, by: golden.directions).map { first in
                    Array(parts[first..<first + golden.directions])
                }
            )
        }
        let hidden = golden.given ? try states("hidden", golden.outputs, 101) : nil
        let cell = golden.given && golden.isLSTM ? try states("cell", 3, 102) : nil
        let lengths = golden.unequal ? try trace.constant(Tensor(integers: lengths)) : nil
        let result = try layer(
            SequenceValue(x, lengths: lengths),
            state: hidden.map { RecurrentState(hidden: $0.parts, cell: cell?.parts ?? []) })
        func folded(_ states: [[Value]]) throws -> Value {
            let parts = try states.flatMap { $0 }.map {
                try Reshape(to: Shape([1] + $0.shape.dimensions)).applied(to: $0)
            }
            return parts.count == 1 ? parts[0] : try Concatenation(axis: 0).results(on: parts)[0]
        }
        let found =
            try [result.sequence.values, folded(result.state.hidden)]
            + (golden.isLSTM ? [folded(result.state.cell)] : [])
        var loss = try trace.constant(0, .float32)
        for (k, value) in found.enumerated() {
            trace.output("result\(k)", value)
            let weight = try trace.constant(goldenNoise(value.shape, 103 + k, bound: 1))
            loss = try loss + ReduceSum(axes: Array(0..<value.shape.rank)).applied(to: value * weight)
        }
        trace.output("last", result.last)
        let declared = trace.declarations
        let parameters = declared.compactMap { trace.value(ofParameter: $0.path) }
        let states = [hidden?.whole, cell?.whole].compactMap { $0 }
        let gradients = try trace.gradients(of: loss, with: parameters + [x] + states)
        let names = declared.map(\.path) + ["x"] + states.indices.map { "state\($0)" }
        for (name, gradient) in zip(names, gradients) { trace.output("gradient of \(name)", gradient) }
        let weights = try declared.enumerated().map { k, parameter in
            (name: parameter.path, tensor: try goldenNoise(parameter.shape, k, bound: 0.6))
        }
        return (trace.graph, inputs, weights)
    }

    /// What a backend's results differ from PyTorch's in double precision.
    private struct Comparison {
        var failures: [String]
        /// The largest errors relative to the largest element: of results, and of gradients.
        var errors = [0.0, 0.0]
    }

    private func comparison(
        _ golden: RecurrentGolden, lengths: [Int32], on backend: any Backend
    ) async throws -> Comparison {
        let (graph, inputs, weights) = try graph(golden, lengths: lengths)
        let device = Device(backend)
        let program = try await device.compile(graph)
        try await program.states.write(weights)
        let results = try await device.run(program, inputs)
        var comparison = Comparison(failures: program.fallbacks.map { "falls back: \($0)" })
        func compare(_ name: String, _ expected: [Double], within tolerance: Double) throws {
            let found = try #require(results[name], "\(name)").doubles
            let scale = expected.map(abs).max() ?? 1
            let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            if found.count != expected.count || !(error <= tolerance * scale) {
                comparison.failures.append("\(name): \(error / scale)")
            }
            let kind = name.hasPrefix("gradient") ? 1 : 0
            comparison.errors[kind] = max(comparison.errors[kind], error / scale)
        }
        for (k, expected) in golden.results.enumerated() { try compare("result\(k)", expected, within: 1e-6) }
        for (name, expected) in golden.gradients { try compare("gradient of \(name)", expected, within: 1e-5) }
        try compare("gradient of x", golden.input_gradient, within: 1e-5)
        for (k, expected) in golden.state_gradients.enumerated() {
            try compare("gradient of state\(k)", expected, within: 1e-5)
        }
        try compare("last", last(of: golden), within: 1e-6)
        return comparison
    }

    /// The last layer's states, one direction beside the other, from PyTorch's folded ones.
    private func last(of golden: RecurrentGolden) -> [Double] {
        let (size, batch) = (golden.outputs, Self.batch)
        let first = (golden.layers - 1) * golden.directions
        return (0..<batch).flatMap { row in
            (first..<first + golden.directions).flatMap { index in
                let place = (index * batch + row) * size
                return golden.results[1][place..<place + size]
            }
        }
    }

    @Test("results, states and all gradients, on both backends, with PyTorch's names")
    func goldens() async throws {
        let file = try RecurrentGolden.file()
        #expect(file.cases.count == 80)
        let cpu = try CPUBackend(threads: 2)
        var (own, torch): ([String: [Double]], [String: [Double]]) = ([:], [:])
        for golden in file.cases {
            for backend in [cpu, ReferenceBackend()] as [any Backend] {
                let found = try await comparison(golden, lengths: file.lengths, on: backend)
                #expect(
                    found.failures.isEmpty,
                    "\(golden.testDescription), \(backend.name): \(found.failures.joined(separator: "; "))")
                guard backend is CPUBackend else { continue }
                let earlier = (own[golden.kind] ?? [0, 0], torch[golden.kind] ?? [0, 0])
                own[golden.kind] = zip(earlier.0, found.errors).map { max($0, $1) }
                torch[golden.kind] = zip(earlier.1, golden.float32_errors).map { max($0, $1) }
            }
        }
        // Single precision is no worse than twice PyTorch's own, over all cases of a layer.
        for (kind, errors) in own {
            let bounds = torch[kind] ?? []
            #expect(zip(errors, bounds).allSatisfy { $0 <= 2 * $1 }, "\(kind): \(errors), PyTorch \(bounds)")
        }
    }
}
