import FoveaGraph

/// Turns a graph into steps on the device: which kernels, on which buffers, in which order.
///
/// A value is stored where something needs it stored. Until then it is an expression, which the kernels that read it
/// compute themselves.
struct ProgramPlanner {
    let graph: Graph
    let libraries: DeviceLibraries
    /// Whether the plan is only made to know its memory.
    let isPrediction: Bool
    var multiprocessors: Int { libraries.multiprocessors }
    private(set) var buffers: [PlannedBuffer] = []
    private(set) var steps: [DeviceStep] = []
    /// The number of the first steps that are carried out only when a state has changed.
    private(set) var preparedCount = 0
    var code = KernelCode()
    /// By the node and the result.
    private var values: [ValueID: PlannedValue] = [:]
    /// The layer's path and the operation of the node that is being lowered.
    private var current = (path: "", operation: "")
    private var currentIndex = 0
    private let uses: ValueUses
    /// What depends on states alone, and is therefore computed at the beginning of a run, all in one.
    private var early: [FlatStores] = []

    /// - Throws: ``FoveaError`` when a node is not supported.
    init(_ graph: Graph, with libraries: DeviceLibraries, isPrediction: Bool = false) throws {
        self.graph = graph
        self.isPrediction = isPrediction
        self.libraries = libraries
        uses = ValueUses(of: graph)
        for (position, input) in graph.inputs.enumerated() {
            let buffer = addBuffer(input.type.byteCount, .input(position))
            values[input.value] = PlannedValue(input.type, buffer, strides: input.type.shape.strides)
        }
        for state in graph.states {
            let buffer = addBuffer(state.type.byteCount, .state(state.name))
            values[state.value] = PlannedValue(state.type, buffer, strides: state.type.shape.deviceStrides)
        }
        for (index, node) in graph.nodes.enumerated() where !(node.operation is Placeholder) {
            currentIndex = index
            current = (node.location.path, node.operation.operationName)
            if let constant = node.operation as? Constant {
                values[ValueID(node: index)] = planned(constant.tensor)
                continue
            }
            guard let operation = node.operation as? any DeviceLowerable else {
                throw FoveaError(.internalDefect, "\(node.operation.operationName) reached a device without a kernel.")
            }
            let operands = node.operands.map { operand in
                guard let value = values[operand] else {
                    preconditionFailure("the verifier lets no unbound value through")
                }
                return value
            }
            let results = try operation.lower(operands, results: node.results, with: &self)
            for (result, value) in results.enumerated() {
                let id = ValueID(node: index, result: result)
                values[id] = keep(value, as: id)
            }
        }
        finish()
    }

    private mutating func planned(_ tensor: Tensor) -> PlannedValue {
        if tensor.shape.elementCount == 1, tensor.dataType.isDeviceFloat {
            return PlannedValue(tensor.type, .literal(Double(tensor.floats[0])))
        }
        let buffer = addBuffer(tensor.type.byteCount, .constant(tensor))
        return PlannedValue(tensor.type, buffer, strides: tensor.shape.strides)
    }

    /// Stores an expression unless all that read it can compute it themselves, and that costs no more memory traffic.
    private mutating func keep(_ value: PlannedValue, as id: ValueID) -> PlannedValue {
        guard case .expression(let expression) = value.content, !isLiteral(expression) else { return value }
        guard uses.areElementwise(id), !uses.isOutput(id) else { return stored(value) }
        // New values of states that share a tensor are computed together, so that nothing is read twice.
        if uses.isUpdating(id) { return expression.size <= Self.updateSizeLimit ? value : stored(value) }
        guard expression.size <= Self.sizeLimit, expression.views.count <= Self.viewLimit else { return stored(value) }
        // Reading all that it is computed from as often as it is read, or once, and then writing and reading the result.
        let (sources, own) = (expression.views.reduce(0) { $0 + byteCount($1, value.type) }, value.type.byteCount)
        let readings = uses.readingCount(id)
        return readings * sources <= sources + own + readings * own ? value : stored(value)
    }

    /// Whether anything depends on a result of the node that is being lowered.
    func isUsed(result: Int) -> Bool {
        let id = ValueID(node: currentIndex, result: result)
        return uses.isRead(id) || uses.isOutput(id) || uses.isUpdate(id)
    }

    /// Whether something needs the result of the node that is being lowered in memory.
    func isResultStored() -> Bool {
        let id = ValueID(node: currentIndex)
        return uses.isOutput(id) || !uses.areElementwise(id)
    }

    private func isLiteral(_ expression: Expression) -> Bool {
        if case .literal = expression { true } else { false }
    }

    /// The bytes of the elements that a view has by the coordinates of a shape.
    private func byteCount(_ view: View, _ type: TensorType) -> Int {
        let shape = type.shape
        return view.dataType.byteCount * (0..<shape.rank).reduce(1) { view.strides[$1] == 0 ? $0 : $0 * shape[$1] }
    }

    /// The largest expression that is computed again by each of its readers.
    private static let sizeLimit = 48
    /// The same for what only new values of states depend on.
    private static let updateSizeLimit = 128
    /// The largest number of views of an expression that may still become part of another.
    private static let viewLimit = 12

    // MARK: Buffers and steps

    mutating func addBuffer(_ byteCount: Int, _ home: PlannedBuffer.Home = .arena) -> BufferID {
        buffers.append(PlannedBuffer(byteCount: byteCount, home: home))
        return BufferID(index: buffers.count - 1)
    }

    /// A new place for a value, in the device's order.
    mutating func makeValue(_ type: TensorType) -> PlannedValue {
        PlannedValue(type, addBuffer(type.byteCount), strides: type.shape.deviceStrides)
    }

    mutating func addLaunch(_ launch: KernelLaunch, implementation: String, multiplyAdds: Int = 0) {
        addStep(
            .launch(launch), read: launch.pointers.filter { !launch.written.contains($0) }, written: launch.written,
            partialReads: launch.partialReads, implementation: implementation, multiplyAdds: multiplyAdds)
    }

    mutating func addStep(
        _ work: DeviceStep.Work, read: [BufferID], written: [BufferID], partialReads: [BufferID: Int] = [:],
        implementation: String, multiplyAdds: Int = 0
    ) {
        let moved = Set(read + written).reduce(0) { saturatingSum($0, partialReads[$1] ?? buffers[$1.index].byteCount) }
        steps.append(
            DeviceStep(
                work: work, read: read, written: written, path: current.path, operation: current.operation,
                implementation: implementation, multiplyAdds: multiplyAdds, byteCount: moved))
    }

    // MARK: Values

    /// The value's expression by the coordinates of a shape to which it broadcasts.
    mutating func expression(of value: PlannedValue, over shape: Shape) -> Expression {
        if case .expression(let expression) = value.content, value.type.shape == shape || isLiteral(expression) {
            return expression
        }
        if case .expression(let expression) = value.content, value.type.shape.elementCount == 1,
            let repeated = expression.repeated(over: shape)
        {
            return repeated
        }
        return .load(view(of: value).broadcast(from: value.type.shape, to: shape))
    }

    /// The value where it is stored, whatever its strides; it is stored now, if it was not.
    mutating func view(of value: PlannedValue) -> View {
        switch stored(value).content {
        case .stored(let view): return view
        case .expression: preconditionFailure("what was stored is no expression")
        }
    }

    mutating func stored(_ value: PlannedValue) -> PlannedValue {
        guard case .expression(let expression) = value.content else { return value }
        return PlannedValue(value.type, .stored(view(storing: expression, value.type.shape, value.type.dataType)))
    }

    /// A new place with an expression's numbers, in the device's order.
    mutating func view(storing expression: Expression, _ shape: Shape, _ dataType: DataType = .float32) -> View {
        let place = view(of: makeValue(TensorType(shape, dataType)))
        store(expression, shape, in: place)
        return place
    }

    /// The buffer with the value's elements in this order, from the first on.
    mutating func buffer(of value: PlannedValue, strides: [Int]) -> BufferID {
        if case .stored(let view) = value.content, view.offset == 0,
            value.type.shape.isSameOrder(view.strides, strides)
        {
            return view.buffer
        }
        let shape = value.type.shape
        let buffer = addBuffer(value.type.byteCount)
        let place = View(buffer: buffer, offset: 0, strides: strides, dataType: value.type.dataType)
        store(expression(of: value, over: shape), shape, in: place)
        return buffer
    }

    /// The buffer with the value's elements in the device's order.
    mutating func buffer(of value: PlannedValue) -> BufferID {
        buffer(of: value, strides: value.type.shape.deviceStrides)
    }

    /// Writes an expression's numbers.
    mutating func store(_ expression: Expression, _ shape: Shape, in place: View) {
        guard shape.elementCount > 0 else { return }
        if let stores = earlyStores(of: expression, shape, in: place) { return early.append(stores) }
        let kernel = MapKernel(expression: expression, shape: shape, result: place)
        let launch = kernel.launch(adding: &code, multiprocessors: multiprocessors)
        addLaunch(launch, implementation: "generated (\(launch.name))")
    }

    /// The pass that computes an expression at the beginning of a run; nil where it depends on more than constants, and
    /// states, which are what they were until the end.
    private func earlyStores(of expression: Expression, _ shape: Shape, in place: View) -> FlatStores? {
        let views = expression.views
        let isKnown = views.allSatisfy { buffers[$0.buffer.index].home.isKept }
        // Filling a large tensor with a few numbers is better done when it is needed.
        guard isKnown, views.contains(where: { !$0.strides.contains(0) }) else { return nil }
        return FlatStores([PlacedExpression(place: place, value: expression)], shape, guardedBy: nil)
    }

    /// Carries out passes that do not depend on each other, in one launch for each kernel.
    mutating func store(_ rows: [FlatStores], guardedBy guardView: View?) {
        for (body, rows) in Dictionary(grouping: rows, by: \.body).sorted(by: { $0.key < $1.key }) {
            let table = FlatStoresTable(rows)
            let pointers =
                [addBuffer(table.words.count * 8, .table(table.words))] + (guardView.map { [$0.buffer] } ?? [])
            let name = code.add(body, threads: FlatStores.threads)
            let written = rows.flatMap { $0.targets.map(\.place.buffer) }
            let launch = KernelLaunch(
                name: name, pointers: pointers, grid: (table.blocks, 1), block: (FlatStores.threads, 1),
                written: written)
            let read = pointers + rows.flatMap { $0.views.map(\.buffer) }
            addStep(
                .launch(launch), read: read, written: written,
                implementation: "generated (\(name), for \(rows.count) tensors)")
        }
    }

    // MARK: The end of a run

    /// Outputs row by row, and new values of states.
    private(set) var outputs: [(type: TensorType, buffer: BufferID)] = []

    /// The buffer of an output, row by row. That of a state is copied: the state may be updated before the output is read.
    private mutating func outputBuffer(_ value: PlannedValue) -> BufferID {
        let buffer = buffer(of: value, strides: value.type.shape.strides)
        guard case .state = buffers[buffer.index].home else { return buffer }
        let copy = addBuffer(value.type.byteCount)
        let place = View(buffer: copy, offset: 0, strides: value.type.shape.strides, dataType: value.type.dataType)
        store(expression(of: value, over: value.type.shape), value.type.shape, in: place)
        return copy
    }

    private mutating func finish() {
        current = ("", "results")
        for output in graph.outputs {
            guard let value = values[output.value] else { continue }
            outputs.append((value.type, outputBuffer(value)))
        }
        let guardView = graph.guardValue.flatMap { values[$0] }.map { view(of: $0) }
        current = ("", "updates")
        let updates = graph.updates.compactMap { update -> StateUpdate? in
            guard let value = values[update.value], let state = graph.states.first(where: { $0.name == update.state }),
                let held = values[state.value]
            else { return nil }
            let shape = value.type.shape
            return StateUpdate(place: view(of: held), value: expression(of: value, over: shape), shape: shape)
        }
        write(updates, guardedBy: guardView)
        current = ("", "states")
        let (later, first) = (steps, steps.count)
        store(early, guardedBy: nil)
        steps = Array(steps[first...]) + later
        if graph.updates.isEmpty {
            let prepared = PreparedSteps(steps, buffers)
            (steps, buffers, preparedCount) = (prepared.steps, prepared.buffers, prepared.count)
        }
        guard libraries.recomputesActivations else { return }
        let recomputation = Recomputation(steps, buffers, outputs: outputs.map(\.buffer))
        (steps, buffers) = (recomputation.steps, recomputation.buffers)
    }
}
