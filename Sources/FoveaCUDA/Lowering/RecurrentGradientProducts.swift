import FoveaGraph

/// The gradients of a recurrence that are products over all steps, from the matrices of ``RecurrentWorkspace``.
struct RecurrentGradientProducts {
    let code: RecurrentCode
    let operands: RecurrentOperands<PlannedValue>
    let matrices: [String: PlannedValue]
    let gates: PlannedValue?
    let cells: PlannedValue?

    private func matrix(_ name: String) throws -> PlannedValue {
        guard let matrix = matrices[name] else {
            throw FoveaError(.internalDefect, "The gradient of a recurrence has no matrix \(name).")
        }
        return matrix
    }

    /// With respect to the input, both matrices of weights and both biases.
    func ofInputAndWeights(_ results: [TensorType], _ planner: inout ProgramPlanner) throws -> [PlannedValue] {
        let sums = try matrix("sums")
        let stateSums = matrices["stateSums"] ?? sums
        // A result that nothing reads gets a place that nothing writes, which takes no memory.
        var values = results.prefix(5).map { planner.makeRowByRow($0) }
        if planner.isUsed(result: 0) {
            let product = planner.view(of: try planner.multiply(sums, operands.inputWeights))
            values[0] = PlannedValue(results[0], product.buffer, strides: results[0].shape.strides)
        }
        if planner.isUsed(result: 1) {
            let x = planner.matrix(of: operands.x, rows: code.places, width: code.sizes.inputs)
            values[1] = try planner.multiply(sums, x, transposingLeft: true)
        }
        if planner.isUsed(result: 2) { values[2] = try ofRecurrentWeights(stateSums, results[2], &planner) }
        if planner.isUsed(result: 3) { values[3] = try columnSums(sums, results[3], &planner) }
        if planner.isUsed(result: 4) {
            let isSame = matrices["stateSums"] == nil && planner.isUsed(result: 3)
            values[4] = try isSame ? values[3] : columnSums(stateSums, results[4], &planner)
        }
        return values
    }

    private func ofRecurrentWeights(
        _ stateSums: PlannedValue, _ type: TensorType, _ planner: inout ProgramPlanner
    ) throws -> PlannedValue {
        let before = try matrix("before")
        guard let reset = matrices["reset"] else {
            return try planner.multiply(stateSums, before, transposingLeft: true)
        }
        // The new gate's rows are multiplied by what was reset, the others by the state.
        let hidden = code.hidden
        let parts = try [(gates: 0..<2, right: before), (gates: 2..<3, right: reset)].map { part in
            let view = planner.view(of: stateSums)
            let columns = PlannedValue(
                TensorType([code.places, part.gates.count * hidden]), view.buffer,
                offset: view.offset + part.gates.lowerBound * hidden, strides: view.strides)
            return try planner.multiply(columns, part.right, transposingLeft: true)
        }
        return try Concatenation(axis: 0).lower(parts, results: [type], with: &planner)[0]
    }

    func ofProjection(_ planner: inout ProgramPlanner) throws -> PlannedValue {
        guard let gates, let cells else { throw FoveaError(.internalDefect, "A projection has no gates to read.") }
        let hidden = code.hidden
        let kept = planner.view(of: planner.matrix(of: gates, rows: code.places, width: 4 * hidden))
        let opening = View(
            buffer: kept.buffer, offset: kept.offset + 3 * hidden, strides: kept.strides, dataType: .float32)
        let cell = planner.view(of: planner.matrix(of: cells, rows: code.places, width: hidden))
        let unprojected = PlannedValue(
            TensorType([code.places, hidden]), .apply("$0 * tanhf($1)", [.load(opening), .load(cell)]))
        return try planner.multiply(matrix("forOutputs"), unprojected, transposingLeft: true)
    }

    func ofPeepholes(_ type: TensorType, _ planner: inout ProgramPlanner) throws -> PlannedValue {
        let sums = try columnSums(matrix("forPeepholes"), TensorType([3 * code.hidden]), &planner)
        return PlannedValue(type, planner.view(of: sums).buffer, strides: type.shape.strides)
    }

    private func columnSums(
        _ matrix: PlannedValue, _ type: TensorType, _ planner: inout ProgramPlanner
    ) throws -> PlannedValue {
        planner.reduce(matrix, axes: [0], by: ReduceSum(axes: [0]), type)
    }
}
