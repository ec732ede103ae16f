import FoveaGraph

extension ProgramPlanner {
    /// The numbers of a value whose last axis is of some width, as a matrix with a row for each place of the other
    /// axes.
    mutating func matrix(of value: PlannedValue, rows: Int, width: Int) -> PlannedValue {
        let buffer = buffer(of: value, strides: value.type.shape.strides)
        return PlannedValue(TensorType([rows, width]), buffer, strides: [width, 1])
    }

    /// The product of two matrices, plus a bias for each column where one is given.
    mutating func multiply(
        _ left: PlannedValue, _ right: PlannedValue, bias: PlannedValue? = nil, transposingLeft: Bool = false,
        transposingRight: Bool = false
    ) throws -> PlannedValue {
        let product = MatrixMultiplication(transposingLeft: transposingLeft, transposingRight: transposingRight)
        let operands = [left, right] + (bias.map { [$0] } ?? [])
        return try product.lower(operands, results: product.resultTypes(of: operands.map(\.type)), with: &self)[0]
    }

    /// A matrix whose columns are neighbours where its rows were.
    fileprivate mutating func transposedView(of value: PlannedValue) -> View {
        let strides = [1, value.type.shape[0]]
        return View(buffer: buffer(of: value, strides: strides), offset: 0, strides: strides, dataType: .float32)
    }

    /// A value that is new, row by row.
    mutating func makeRowByRow(_ type: TensorType) -> PlannedValue {
        PlannedValue(type, addBuffer(type.byteCount), strides: type.shape.strides)
    }

    /// Adds a kernel with a block for each sequence.
    mutating func addWalk(
        _ lines: [String], _ memory: BlockMemory, _ given: NamedPointers, sequences: Int, implementation: String,
        multiplyAdds: Int
    ) {
        guard sequences > 0 else { return }
        var pointers = given
        if !memory.isShared {
            let scratch = addBuffer(saturatingProduct(memory.count * 4, sequences))
            pointers.write("scratch", View(buffer: scratch, offset: 0, strides: [1], dataType: .float32))
        }
        let body = pointers.lines + memory.lines(scratch: memory.isShared ? nil : "scratch") + lines
        let launch = KernelLaunch(
            name: code.add(body.joined(separator: "\n"), threads: BlockProduct.threads),
            pointers: pointers.pointers.buffers, grid: (sequences, 1), block: (BlockProduct.threads, 1),
            written: pointers.written)
        addLaunch(launch, implementation: "\(implementation) (\(launch.name))", multiplyAdds: multiplyAdds)
    }
}

extension Recurrence: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        // The lengths are an int32 for each sequence, by the type rule.
        (operands.dropLast(hasLengths ? 1 : 0) + results).allSatisfy { $0.dataType == .float32 }
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let o = try RecurrentOperands(operands, of: self)
        let sizes = try sizes(of: RecurrentOperands(operands.map(\.type), of: self))
        let code = RecurrentCode(self, sizes)
        // What does not wait for the step before is one product over all steps.
        let x = planner.matrix(of: o.x, rows: code.places, width: sizes.inputs)
        let inputs = try planner.multiply(x, o.inputWeights, bias: o.inputBias, transposingRight: true)

        let values = results.map { planner.makeRowByRow($0) }
        let gates = cell == .lstm ? 3 : 2
        let keepsGates = cell.keepsGates && planner.isUsed(result: gates)
        let keepsCells = cell == .lstm && planner.isUsed(result: gates + 1)
        var pointers = NamedPointers()
        pointers.read("inputs", planner.view(of: inputs))
        pointers.read("weights", planner.transposedView(of: o.recurrentWeights))
        pointers.read("bias", planner.rowByRowView(of: o.recurrentBias))
        pointers.read("firstState", planner.rowByRowView(of: o.state))
        pointers.read("firstCell", o.cell.map { planner.rowByRowView(of: $0) })
        pointers.read("projection", o.projection.map { planner.transposedView(of: $0) })
        pointers.read("peepholes", o.peepholes.map { planner.rowByRowView(of: $0) })
        pointers.read("lengths", o.lengths.map { planner.rowByRowView(of: $0) })
        pointers.write("states", planner.view(of: values[0]))
        pointers.write("lastState", planner.view(of: values[1]))
        if cell == .lstm { pointers.write("lastCell", planner.view(of: values[2])) }
        if keepsGates { pointers.write("gates", planner.view(of: values[gates])) }
        if keepsCells { pointers.write("cells", planner.view(of: values[gates + 1])) }
        let step = RecurrentStepCode(code, keepsGates: keepsGates, keepsCells: keepsCells)
        let perStep = saturatingProduct(sizes.outputs, code.rows + (hasProjection ? sizes.hidden : 0))
        planner.addWalk(
            step.lines, step.memory, pointers, sequences: sizes.batch, implementation: "generated recurrence",
            multiplyAdds: saturatingProduct(code.places, perStep))
        return values
    }
}

extension RecurrentCell {
    /// Whether a step keeps its gates for the gradient.
    var keepsGates: Bool { gateCount > 1 }
}
