import FoveaGraph

extension RecurrenceGradient: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        // The lengths are an int32 for each sequence, by the type rule.
        let lengths = recurrence.hasLengths ? Places(self).sequence - 1 : nil
        return operands.indices.allSatisfy { $0 == lengths || operands[$0].dataType == .float32 }
            && results.allSatisfy { $0.dataType == .float32 }
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let places = Places(self)
        let forward = Array(operands[..<places.sequence])
        let o = try RecurrentOperands(forward, of: recurrence)
        let sizes = try recurrence.sizes(of: RecurrentOperands(forward.map(\.type), of: recurrence))
        let code = RecurrentCode(recurrence, sizes)
        let workspace = RecurrentWorkspace(code)
        let matrices = workspace.matrices(&planner)
        let forState = planner.makeRowByRow(o.state.type)
        let forCell = o.cell.map { planner.makeRowByRow($0.type) }

        var pointers = NamedPointers()
        func read(_ name: String, _ value: PlannedValue?) {
            pointers.read(name, value.map { planner.rowByRowView(of: $0) })
        }
        for (name, value) in [
            ("weights", o.recurrentWeights), ("firstState", o.state), ("firstCell", o.cell),
            ("projection", o.projection), ("peepholes", o.peepholes), ("lengths", o.lengths),
        ] { read(name, value) }
        for (name, place) in [
            ("states", places.sequence), ("gates", places.gates), ("cells", places.cells),
            ("forStates", places.forSequence), ("forLastState", places.forState), ("forLastCell", places.forCell),
        ] { read(name, place.map { operands[$0] }) }
        pointers.write("forFirstState", planner.view(of: forState))
        if let forCell { pointers.write("forFirstCell", planner.view(of: forCell)) }
        for (name, value) in matrices { pointers.write(name, planner.view(of: value)) }
        let step = RecurrentStepGradientCode(code, self, workspace)
        let perStep = saturatingProduct(
            sizes.outputs, code.rows + (recurrence.hasProjection ? sizes.hidden : 0))
        planner.addWalk(
            step.lines, step.memory, pointers, sequences: sizes.batch,
            implementation: "generated gradient of a recurrence",
            multiplyAdds: saturatingProduct(code.places, perStep))

        let products = RecurrentGradientProducts(
            code: code, operands: o, matrices: Dictionary(uniqueKeysWithValues: matrices.map { ($0.name, $0.value) }),
            gates: places.gates.map { operands[$0] }, cells: places.cells.map { operands[$0] })
        var values = try products.ofInputAndWeights(results, &planner) + [forState]
        if let forCell { values.append(forCell) }
        if recurrence.hasProjection { values.append(try products.ofProjection(&planner)) }
        if recurrence.hasPeepholes {
            values.append(try products.ofPeepholes(results[values.count], &planner))
        }
        return values
    }
}
