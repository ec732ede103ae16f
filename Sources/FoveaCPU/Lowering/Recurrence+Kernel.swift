import CFoveaCPU
import FoveaGraph

extension Recurrence: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isRecurrenceSupported(operands) }

    func lower(_ node: NodeLowering) throws {
        let o = try RecurrentOperands(try node.operands.indices.map(node.plainOperand), of: self)
        var loops = try fovea_recurrence(self, node.operands)
        // Packed once where the weights stay as they are, as in inference.
        let packed = node.allocate(try Layout(plain: [unsafe fovea_recurrence_packed_count(&loops)]))
        let weights = [o.inputWeights, o.recurrentWeights, o.inputBias, o.recurrentBias]
        node.run(
            kernel: "pack", reads: weights + (o.projection.map { [$0] } ?? []), writes: [packed], isSideWork: true
        ) { memory in
            var loops = loops
            let hasProjection = hasProjection
            return {
                var operands = unsafe fovea_recurrence_operands()
                // Safe: the operands have the sizes that the loops were made for, and the result holds what they pack.
                unsafe operands.input_weights = memory.operand(0)
                unsafe operands.recurrent_weights = memory.operand(1)
                unsafe operands.input_bias = memory.operand(2)
                unsafe operands.recurrent_bias = memory.operand(3)
                unsafe operands.projection = hasProjection ? memory.operand(4) : nil
                unsafe fovea_recurrence_pack(&loops, &operands, memory.result(0))
            }
        }
        try lowerSteps(node, o, &loops, packed)
    }

    private func lowerSteps(
        _ node: NodeLowering, _ o: RecurrentOperands<Stored>, _ loops: inout fovea_recurrence, _ packed: Stored
    ) throws {
        let reads = RecurrentMemory(o)
        let gates = cell == .lstm ? 3 : 2
        // What only a gradient reads is made where there is one.
        let made = node.results.indices.filter { $0 < gates || node.isRead($0) }
        let results = try made.map { try node.allocatePlain(node.results[$0]) }
        let scratch = node.allocate(try Layout(plain: [unsafe fovea_recurrence_scratch_count(&loops)]))
        let places = Dictionary(uniqueKeysWithValues: made.enumerated().map { ($1, $0) })
        let (packedPlace, scratchPlace, cell, fixed) = (reads.stored.count, results.count, cell, loops)
        node.run(kernel: cell.rawValue, reads: reads.stored + [packed], writes: results + [scratch]) { memory in
            var loops = fixed
            return {
                var operands = unsafe reads.operands(in: memory)
                var results = unsafe fovea_recurrence_results()
                func result(_ number: Int) -> UnsafeMutablePointer<Float>? {
                    unsafe places[number].map { unsafe memory.result($0) }
                }
                // Safe: operands and results have the sizes that the loops were made for.
                unsafe results.sequence = result(0)
                unsafe results.last = result(1)
                unsafe results.last_cell = cell == .lstm ? result(2) : nil
                unsafe results.gates = result(gates)
                unsafe results.cells = cell == .lstm ? result(4) : nil
                unsafe fovea_recurrence_run(
                    &loops, &operands, memory.operand(packedPlace), &results, memory.result(scratchPlace))
            }
        }
        for (number, place) in places { node.deliver(results[place], as: number) }
    }
}

extension RecurrenceGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isRecurrenceSupported(operands) }

    func lower(_ node: NodeLowering) throws {
        let given = try node.operands.indices.map(node.plainOperand)
        let places = Places(self)
        let reads = RecurrentMemory(try RecurrentOperands(Array(given[..<places.sequence]), of: recurrence))
        var loops = try fovea_recurrence(recurrence, Array(node.operands[..<places.sequence]))
        let made = node.results.indices.filter(node.isRead)
        let results = try made.map { try node.allocatePlain(node.results[$0]) }
        let scratch = node.allocate(try Layout(plain: [unsafe fovea_recurrence_gradient_scratch_count(&loops)]))
        let resultPlaces = Dictionary(uniqueKeysWithValues: made.enumerated().map { ($1, $0) })
        let (scratchPlace, fixed, recurrence) = (results.count, loops, recurrence)
        node.run(
            kernel: recurrence.cell.rawValue, reads: reads.stored + given[places.sequence...],
            writes: results + [scratch]
        ) { memory in
            var loops = fixed
            return {
                var operands = unsafe reads.operands(in: memory)
                var upstream = unsafe fovea_recurrence_upstream()
                // Safe: operands and results have the sizes that the loops were made for, in the order of the places.
                func read(_ place: Int?) -> UnsafePointer<Float>? { unsafe place.map { unsafe memory.operand($0) } }
                unsafe upstream.sequence = read(places.sequence)
                unsafe upstream.gates = read(places.gates)
                unsafe upstream.cells = read(places.cells)
                unsafe upstream.for_sequence = read(places.forSequence)
                unsafe upstream.for_last = read(places.forState)
                unsafe upstream.for_last_cell = read(places.forCell)
                var gradients = unsafe fovea_recurrence_gradients(recurrence) { number in
                    unsafe resultPlaces[number].map { unsafe memory.result($0) }
                }
                unsafe fovea_recurrence_gradient(
                    &loops, &operands, &upstream, &gradients, memory.result(scratchPlace))
            }
        }
        for (number, place) in resultPlaces { node.deliver(results[place], as: number) }
    }
}

/// Whether numbers are float32, and there is something to compute; lengths are int32 by the operation's own rule.
private func isRecurrenceSupported(_ operands: [TensorType]) -> Bool {
    operands.allSatisfy { $0.isLowerable && ($0.dataType == .float32 || $0.dataType == .int32) }
}

/// A recurrence's operands among those that a kernel reads.
private struct RecurrentMemory {
    let stored: [Stored]
    private let hasCell: Bool
    private let hasProjection: Bool
    private let hasPeepholes: Bool
    private let hasLengths: Bool

    init(_ o: RecurrentOperands<Stored>) {
        stored =
            [o.x, o.inputWeights, o.recurrentWeights, o.inputBias, o.recurrentBias, o.state]
            + [o.cell, o.projection, o.peepholes, o.lengths].compactMap { $0 }
        hasCell = o.cell != nil
        hasProjection = o.projection != nil
        hasPeepholes = o.peepholes != nil
        hasLengths = o.lengths != nil
    }

    @unsafe func operands(in memory: KernelMemory) -> fovea_recurrence_operands {
        var operands = unsafe fovea_recurrence_operands()
        unsafe operands.x = memory.operand(0)
        unsafe operands.input_weights = memory.operand(1)
        unsafe operands.recurrent_weights = memory.operand(2)
        unsafe operands.input_bias = memory.operand(3)
        unsafe operands.recurrent_bias = memory.operand(4)
        unsafe operands.state = memory.operand(5)
        var next = 6
        func place(_ isPresent: Bool) -> Int? {
            defer { next += isPresent ? 1 : 0 }
            return isPresent ? next : nil
        }
        unsafe operands.cell = place(hasCell).map { unsafe memory.operand($0) }
        unsafe operands.projection = place(hasProjection).map { unsafe memory.operand($0) }
        unsafe operands.peepholes = place(hasPeepholes).map { unsafe memory.operand($0) }
        unsafe operands.lengths = place(hasLengths).map { unsafe memory.operand($0, of: Int32.self) }
        return unsafe operands
    }
}

extension fovea_recurrence {
    fileprivate init(_ recurrence: Recurrence, _ operands: [TensorType]) throws {
        let sizes = try recurrence.sizes(of: RecurrentOperands(operands, of: recurrence))
        let cell =
            switch recurrence.cell {
            case .tanh: fovea_cell_tanh
            case .relu: fovea_cell_relu
            case .lstm: fovea_cell_lstm
            case .gru: fovea_cell_gru
            case .gruResettingFirst: fovea_cell_gru_reset_first
            }
        self.init(
            cell: cell, reversed: recurrence.isReversed, steps: sizes.steps, batch: sizes.batch, inputs: sizes.inputs,
            hidden: sizes.hidden, outputs: sizes.outputs)
    }
}

extension fovea_recurrence_gradients {
    /// - Parameter result: the memory of a result of ``RecurrenceGradient`` by its number; nil where nothing reads it.
    fileprivate init(_ recurrence: Recurrence, _ result: (Int) -> UnsafeMutablePointer<Float>?) {
        unsafe self.init()
        unsafe x = result(0)
        unsafe input_weights = result(1)
        unsafe recurrent_weights = result(2)
        unsafe input_bias = result(3)
        unsafe recurrent_bias = result(4)
        unsafe state = result(5)
        var next = 6
        func place(_ isPresent: Bool) -> Int? {
            defer { next += isPresent ? 1 : 0 }
            return isPresent ? next : nil
        }
        unsafe cell = place(recurrence.cell == .lstm).flatMap { unsafe result($0) }
        unsafe projection = place(recurrence.hasProjection).flatMap { unsafe result($0) }
        unsafe peepholes = place(recurrence.hasPeepholes).flatMap { unsafe result($0) }
    }
}
