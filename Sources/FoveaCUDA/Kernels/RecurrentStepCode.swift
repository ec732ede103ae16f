import FoveaGraph

/// The kernel that walks a recurrence's steps, given the input's sums of all of them.
///
/// It reads pointers named `inputs`, `weights` (a column for each sum), `bias`, `firstState`, and as the recurrence has
/// them `firstCell`, `projection` (a column for each output), `peepholes` and `lengths`; it writes `states`,
/// `lastState` and as the recurrence has them `lastCell`, and what is kept: `gates` and `cells`.
struct RecurrentStepCode {
    private let code: RecurrentCode
    private let keepsGates: Bool
    private let keepsCells: Bool

    init(_ code: RecurrentCode, keepsGates: Bool, keepsCells: Bool) {
        self.code = code
        self.keepsGates = keepsGates
        self.keepsCells = keepsCells
    }

    private var hidden: Int { code.hidden }
    private var isLSTM: Bool { code.cell == .lstm }
    private var resetsFirst: Bool { code.cell == .gruResettingFirst }

    /// The sums of all gates, or of those that wait for no other.
    private var sums: BlockProduct {
        BlockProduct(
            matrix: "weights", stride: code.rows, vector: "state", depth: code.outputs,
            columns: resetsFirst ? 2 * hidden : code.rows, indexType: code.indexType)
    }

    /// What follows in the same step: the state that an LSTM projects, or the sums of what was reset.
    private var second: BlockProduct? {
        if code.recurrence.hasProjection {
            return BlockProduct(
                matrix: "projection", stride: code.outputs, vector: "inner", depth: hidden, columns: code.outputs,
                indexType: code.indexType)
        }
        guard resetsFirst else { return nil }
        return BlockProduct(
            matrix: "(weights + \(2 * hidden)u)", stride: code.rows, vector: "inner", depth: hidden, columns: hidden,
            indexType: code.indexType)
    }

    var memory: BlockMemory {
        var memory = BlockMemory()
        memory.add("state", code.outputs)
        memory.add("cell", isLSTM ? hidden : 0)
        memory.add("inner", second == nil ? 0 : hidden)
        memory.add("update", resetsFirst ? hidden : 0)
        memory.add(BlockProduct.target, max(sums.partCount, second?.partCount ?? 0))
        return memory
    }

    /// The statements after the declaration of pointers and memory.
    var lines: [String] {
        let (outputs, hidden) = (code.outputs, hidden)
        var lines = code.sequence
        lines += code.each(outputs, ["state[k] = firstState[n * \(outputs)u + k];"])
        if isLSTM { lines += code.each(hidden, ["cell[k] = firstCell[n * \(hidden)u + k];"]) }
        lines += ["for (int s = 0; s < length; s++) {", code.place, "__syncthreads();"]
        lines += sums.lines + step + ["}"]
        var zeros = code.each(outputs, ["states[place * \(outputs)u + k] = 0.0f;"])
        if keepsGates { zeros += code.each(4 * hidden, ["gates[place * \(4 * hidden)u + k] = 0.0f;"]) }
        if keepsCells { zeros += code.each(hidden, ["cells[place * \(hidden)u + k] = 0.0f;"]) }
        lines += code.beyond(zeros)
        lines += code.each(outputs, ["lastState[n * \(outputs)u + k] = state[k];"])
        if isLSTM { lines += code.each(hidden, ["lastCell[n * \(hidden)u + k] = cell[k];"]) }
        return lines
    }

    /// A gate's sum of the input for number `k`.
    private func input(_ gate: Int) -> String { "inputs[place * \(code.rows)u + \(gate * hidden)u + k]" }

    /// Its sum of the state.
    private func product(_ gate: Int) -> String {
        "(bias[\(gate * hidden)u + k] + \(sums.sum("\(gate * hidden)u + k")))"
    }

    private func sum(_ gate: Int) -> String { "\(input(gate)) + \(product(gate))" }

    private func keep(_ gate: Int, _ name: String) -> [String] {
        keepsGates ? ["gates[place * \(4 * hidden)u + \(gate * hidden)u + k] = \(name);"] : []
    }

    private func setState(_ value: String) -> [String] {
        ["state[k] = \(value);", "states[place * \(code.outputs)u + k] = state[k];"]
    }

    private var step: [String] {
        switch code.cell {
        case .tanh: code.each(hidden, setState(RecurrentCode.apply(Tanh(), to: sum(0))))
        case .relu: code.each(hidden, ["const float sum = \(sum(0));"] + setState("sum < 0.0f ? 0.0f : sum"))
        case .lstm: lstm
        case .gru: code.each(hidden, gru)
        case .gruResettingFirst: gruResettingFirst
        }
    }

    private var lstm: [String] {
        func peephole(_ number: Int, _ cell: String) -> String {
            code.recurrence.hasPeepholes ? " + peepholes[\(number * hidden)u + k] * \(cell)" : ""
        }
        var lines = [
            "const float before = cell[k];",
            "const float i = \(code.logistic(sum(0) + peephole(0, "before")));",
            "const float f = \(code.logistic(sum(1) + peephole(2, "before")));",
            "const float g = tanhf(\(sum(2)));",
            "const float after = f * before + i * g;",
            "const float o = \(code.logistic(sum(3) + peephole(1, "after")));",
            "cell[k] = after;",
        ]
        lines += keep(0, "i") + keep(1, "f") + keep(2, "g") + keep(3, "o")
        if keepsCells { lines.append("cells[place * \(hidden)u + k] = after;") }
        guard code.recurrence.hasProjection, let second else {
            return code.each(hidden, lines + setState("o * tanhf(after)"))
        }
        lines.append("inner[k] = o * tanhf(after);")
        return code.each(hidden, lines) + ["__syncthreads();"] + second.lines
            + code.each(code.outputs, setState(second.sum("k")))
    }

    private var gru: [String] {
        [
            "const float r = \(code.logistic(sum(0)));",
            "const float z = \(code.logistic(sum(1)));",
            "const float product = \(product(2));",
            "const float g = tanhf(\(input(2)) + r * product);",
        ] + keep(0, "r") + keep(1, "z") + keep(2, "g") + keep(3, "product")
            + setState("(1.0f - z) * g + z * state[k]")
    }

    private var gruResettingFirst: [String] {
        guard let second else { return [] }
        let gates =
            [
                "const float r = \(code.logistic(sum(0)));",
                "const float z = \(code.logistic(sum(1)));",
                "inner[k] = r * state[k];",
                "update[k] = z;",
            ] + keep(0, "r") + keep(1, "z")
        let new =
            [
                "const float z = update[k];",
                "const float product = bias[\(2 * hidden)u + k] + \(second.sum("k"));",
                "const float g = tanhf(\(input(2)) + product);",
            ] + keep(2, "g") + keep(3, "product") + setState("(1.0f - z) * g + z * state[k]")
        return code.each(hidden, gates) + ["__syncthreads();"] + second.lines + code.each(hidden, new)
    }
}
