import FoveaGraph

/// Turns a graph into steps on the device: which kernels, on which buffers, in which order.
///
/// A value is stored where something needs it stored. Until then it is an expression, which the kernels that read it
/// compute themselves.
struct ProgramPlanner {
    let graph: Graph
    let libraries: DeviceLibraries
    var multiprocessors: Int { libraries.multiprocessors }
    private(set) var buffers: [PlannedBuffer] = []
    private(set) var steps: [DeviceStep] = []
    var code = KernelCode()
    /// By the node and the result.
    private var values: [ValueID: PlannedValue] = [:]
    /// The layer's path and the operation of the node that is being lowered.
    private var current = (path: "", operation: "")
    private var currentIndex = 0
    private let uses: ValueUses
    /// The states whose new values are already in their memory.
    private var writtenStates: Set<String> = []

    /// - Throws: ``FoveaError`` when a node is not supported.
    init(_ graph: Graph, with libraries: DeviceLibraries) throws {
        self.graph = graph
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
                values[id] = updated(value, as: id) ?? keep(value, as: id)
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
        if uses.areElementwise(id), !uses.isRoot(id), expression.size <= Self.sizeLimit,
            expression.views.count <= Self.viewLimit
        {
            let large = expression.views.filter { isLarge($0, value.type) }.count
            if uses.count(id) == 1 || large <= 1 { return value }
        }
        return stored(value)
    }

    /// The value in the memory of the state whose update it is, where it can be written at once: nothing reads the state
    /// afterwards, and no output depends on the value. Nil where it cannot.
    private mutating func updated(_ value: PlannedValue, as id: ValueID) -> PlannedValue? {
        guard case .expression(let expression) = value.content, let name = uses.updatedState(id),
            let state = graph.states.first(where: { $0.name == name })?.value, let held = values[state],
            !uses.reachesOutput(id)
        else { return nil }
        let place = view(of: held)
        // Where nothing may be written, the guard has to be there before.
        guard let guardValue = graph.guardValue else { return written(expression, value.type, to: place, name, nil) }
        guard let guarding = values[guardValue] else { return nil }
        return written(expression, value.type, to: place, name, view(of: guarding))
    }

    private mutating func written(
        _ expression: Expression, _ type: TensorType, to place: View, _ name: String, _ guardView: View?
    ) -> PlannedValue? {
        // A thread may read the element that it writes, and no other.
        let readsOwn = expression.views.allSatisfy { $0.buffer != place.buffer || $0 == place }
        // Under its own name, as another view of it, or in an expression.
        let isReadLater = values.contains { id, value in
            guard uses.isRead(id, after: currentIndex) || uses.isRoot(id) else { return false }
            return switch value.content {
            case .stored(let view): view.buffer == place.buffer
            case .expression(let other): other.views.contains { $0.buffer == place.buffer }
            }
        }
        guard readsOwn, !isReadLater else { return nil }
        store(expression, type.shape, in: place, guardedBy: guardView)
        writtenStates.insert(name)
        return PlannedValue(type, .stored(place))
    }

    /// Whether anything depends on a result of the node that is being lowered.
    func isUsed(result: Int) -> Bool {
        let id = ValueID(node: currentIndex, result: result)
        return uses.count(id) > 0 || uses.isRoot(id)
    }

    private func isLiteral(_ expression: Expression) -> Bool {
        if case .literal = expression { true } else { false }
    }

    /// Whether reading a view moves as much as reading the value does.
    private func isLarge(_ view: View, _ type: TensorType) -> Bool {
        let shape = type.shape
        let distinct = (0..<shape.rank).reduce(1) { view.strides[$1] == 0 ? $0 : $0 * shape[$1] }
        return distinct * 4 >= shape.elementCount
    }

    /// The largest expression that is computed again by each of its readers.
    private static let sizeLimit = 48
    /// The largest number of views of an expression that may still become part of another.
    private static let viewLimit = 5

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
            implementation: implementation, multiplyAdds: multiplyAdds)
    }

    mutating func addStep(
        _ work: DeviceStep.Work, read: [BufferID], written: [BufferID], implementation: String, multiplyAdds: Int = 0
    ) {
        let moved = Set(read + written).reduce(0) { saturatingSum($0, buffers[$1.index].byteCount) }
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
        let result = makeValue(value.type)
        store(expression, value.type.shape, in: view(of: result))
        return result
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
    mutating func store(_ expression: Expression, _ shape: Shape, in place: View, guardedBy guardView: View? = nil) {
        guard shape.elementCount > 0 else { return }
        let kernel = MapKernel(expression: expression, shape: shape, result: place, guardView: guardView)
        let launch = kernel.launch(adding: &code, multiprocessors: multiprocessors)
        addLaunch(launch, implementation: "generated (\(launch.name))")
    }

    // MARK: The end of a run

    /// Outputs row by row, and new values of states.
    private(set) var outputs: [(type: TensorType, buffer: BufferID)] = []
    private(set) var guardBuffer: BufferID?

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
        var targets: [(state: View, value: Expression, shape: Shape)] = []
        for update in graph.updates where !writtenStates.contains(update.state) {
            guard let value = values[update.value], let state = graph.states.first(where: { $0.name == update.state }),
                let target = values[state.value]
            else { continue }
            let (place, shape) = (view(of: target), value.type.shape)
            var source = view(of: value)
            if source.buffer != place.buffer, case .state = buffers[source.buffer.index].home {
                // Another state's elements, which may have been written by then.
                let copy = makeValue(value.type)
                store(.load(source), shape, in: view(of: copy))
                source = view(of: copy)
            }
            targets.append((place, .load(source), shape))
        }
        // All are computed before the first is written: one may be read for another.
        for target in targets where .load(target.state) != target.value {
            store(target.value, target.shape, in: target.state, guardedBy: guardView)
        }
    }
}
