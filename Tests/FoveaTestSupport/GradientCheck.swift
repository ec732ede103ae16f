import FoveaGraph
import FoveaRuntime

extension OperationCase {
    /// Compares the gradients with central differences, in Double on the reference backend, along random directions:
    /// (L(x + h·d) − L(x − h·d)) / 2h must be ⟨∂L/∂x, d⟩. A direction moves all elements of one operand, so a wrong
    /// element shows in each of them.
    ///
    /// - Returns: the errors found, one line per operand; empty if the gradients are right.
    public func gradientFailures(directions: Int = 3, step: Double = 1e-5, tolerance: Double = 1e-7) throws -> [String]
    {
        let graph = try graph(.float64, withGradients: true)
        let executable = try ReferenceBackend().compile(graph, state: [:])
        func run(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
            let results = try executable.run(graph.inputs.compactMap { inputs[$0.name] }).map { try $0.read() }
            return Dictionary(zip(graph.outputs.map(\.name), results)) { first, _ in first }
        }
        let inputs = inputs(of: graph, seed: 1)
        let results = try run(inputs)
        var failures: [String] = []
        for operand in differentiable {
            let name = "operand\(operand)"
            guard let point = inputs[name], let gradient = results["gradient\(operand)"]?.doubles else {
                failures.append("\(name) has no gradient")
                continue
            }
            let size = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for index in 0..<directions {
                var stream = CounterBasedGenerator(seed: UInt64(index), purpose: "direction").stream
                let direction = gradient.map { _ in stream.normal() }
                func loss(_ distance: Double) throws -> Double {
                    var moved = inputs
                    let elements = zip(point.doubles, direction).map { $0 + distance * $1 }
                    moved[name] = try Tensor(point.shape, elements: elements)
                    return try run(moved)["loss"]?.doubles.first ?? .nan
                }
                let difference = try (loss(step) - loss(-step)) / (2 * step)
                let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
                let error = abs(difference - slope) / max(size, 1e-3)
                if !(error <= tolerance) {
                    failures.append("\(name): the slope is \(slope), by differences \(difference) (error \(error))")
                }
            }
        }
        return failures
    }
}
