import FoveaGraph
import FoveaNN
import FoveaRuntime

/// Finds the origin of a result that is NaN or infinite.
struct NonFiniteCause {
    let states: DeviceStates
    /// The graph that reports for each layer whether its result is finite.
    let diagnostic: DiagnosticGraph
    /// The names of the network's inputs.
    let inputs: [String]

    /// The cause in words: the first weights, example or layer that is not finite.
    ///
    /// - Parameter given: inputs of the run whose result is not finite.
    func described(for given: [String: Tensor]) async throws -> String {
        let program = try await states.device.compile(diagnostic.graph, states: states)
        let results = try await states.device.run(program, given)
        let culprit =
            try diagnostic.layers.enumerated().first { position, _ in try !results.tensor("\(position)").isFinite }?
            .element ?? "loss"
        let nonFinite = Set(try await states.nonFiniteNames())
        if let weights = diagnostic.parameters.first(where: { nonFinite.contains($0.path) }) {
            return "the weights `\(weights.path)` are not finite, and so is the result of `\(culprit)`"
        }
        for name in inputs {
            guard let index = given[name]?.firstNonFiniteRow else { continue }
            let what = name == GraphName.images ? "pixels" : "numbers in \(quoted(name))"
            return "example \(index + 1) of the batch has \(what) that are not finite"
        }
        return "the first layer whose result is not finite is `\(culprit)`"
    }
}

extension Tensor {
    /// The first index along the first axis with an element that is NaN or infinite.
    var firstNonFiniteRow: Int? {
        guard !isFinite, let rows = shape.dimensions.first, rows > 0 else { return nil }
        let size = shape.elementCount / rows
        return doubles.firstIndex { !$0.isFinite }.map { $0 / max(1, size) }
    }
}

extension Weights {
    /// Throws ``FoveaError`` that names the first tensors with an element that is NaN or infinite, if there are any.
    func expectFinite(source: String) throws { try expectNoneNonFinite(nonFiniteNames, source: source) }
}

/// - Parameter names: of the weights that are not finite.
func expectNoneNonFinite(_ names: [String], source: String) throws {
    guard let first = names.first else { return }
    let others = names.count == 1 ? "" : " and \(names.count - 1) more"
    throw FoveaError(
        .badData, "The weights in \(source) are not finite: `\(first)`\(others).",
        remedy: "Use weights of a training that did not diverge.")
}
