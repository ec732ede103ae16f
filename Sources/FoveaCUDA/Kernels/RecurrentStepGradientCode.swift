import FoveaGraph

/// The kernel that walks a recurrence's steps back: the gradients of the sums of all of them, of the first state and of
/// the first cell.
///
/// It reads pointers named `weights` (a row for each sum), `firstState`, `states`, and as the recurrence has them
/// `firstCell`, `projection` (a row for each output), `peepholes`, `lengths`, `gates`, `cells`, and the upstream
/// gradients `forStates`, `forLastState` and `forLastCell`. It writes `forFirstState`, `forFirstCell` and
/// ``RecurrentWorkspace``.
struct RecurrentStepGradientCode {
    private let code: RecurrentCode
    private let gradient: RecurrenceGradient
    private let workspace: RecurrentWorkspace

    init(_ code: RecurrentCode, _ gradient: RecurrenceGradient, _ workspace: RecurrentWorkspace) {
        self.code = code
        self.gradient = gradient
        self.workspace = workspace
    }

    private var hidden: Int { code.hidden }
    private var outputs: Int { code.outputs }
    private var isLSTM: Bool { code.cell == .lstm }
    private var hasPeepholes: Bool { code.recurrence.hasPeepholes }
    private var resetsFirst: Bool { code.cell == .gruResettingFirst }

    /// What the gradients of the sums give for the state before: those that wait for no other's.
    private var back: BlockProduct {
        BlockProduct(
            matrix: "weights", stride: outputs, vector: "forSums", depth: resetsFirst ? 2 * hidden : code.rows,
            columns: outputs, indexType: code.indexType)
    }

    /// What comes before it in the same step: back through an LSTM's projection, or through the sums of what was reset.
    private var first: BlockProduct? {
        if code.recurrence.hasProjection {
            return BlockProduct(
                matrix: "projection", stride: hidden, vector: "forState", depth: outputs, columns: hidden,
                indexType: code.indexType)
        }
        guard resetsFirst else { return nil }
        return BlockProduct(
            matrix: "(weights + (\(code.indexType))\(2 * hidden)u * \(outputs)u)", stride: outputs,
            vector: "(forSums + \(2 * hidden)u)", depth: hidden, columns: hidden, indexType: code.indexType)
    }

    var memory: BlockMemory {
        var memory = BlockMemory()
        memory.add("forState", outputs)
        memory.add("forCell", isLSTM ? hidden : 0)
        memory.add("forSums", code.rows)
        memory.add(BlockProduct.target, max(back.partCount, first?.partCount ?? 0))
        return memory
    }

    /// The statements after the declaration of pointers and memory.
    var lines: [String] {
        func given(_ isGiven: Bool, _ value: String) -> String { isGiven ? value : "0.0f" }
        let lastState = given(gradient.hasStateGradient, "forLastState[n * \(outputs)u + k]")
        let lastCell = given(gradient.hasCellGradient, "forLastCell[n * \(hidden)u + k]")
        var lines = code.sequence
        lines += code.each(outputs, ["forState[k] = \(lastState);"])
        if isLSTM { lines += code.each(hidden, ["forCell[k] = \(lastCell);"]) }
        if hasPeepholes { lines += code.each(hidden, (0..<3).map { "\(peephole($0)) = 0.0f;" }) }
        lines += ["for (int s = length - 1; s >= 0; s--) {", code.place] + code.earlier + step + ["}"]
        lines += code.beyond(
            workspace.perPlace.flatMap { name, width in
                code.each(width, ["\(name)[place * \(width)u + k] = 0.0f;"])
            })
        lines += code.each(outputs, ["forFirstState[n * \(outputs)u + k] = forState[k];"])
        if isLSTM { lines += code.each(hidden, ["forFirstCell[n * \(hidden)u + k] = forCell[k];"]) }
        return lines
    }

    /// The sequence's part of a peephole's gradient.
    private func peephole(_ number: Int) -> String {
        "forPeepholes[n * \(3 * hidden)u + \(number * hidden)u + k]"
    }

    /// The gradient of the state after the step, for number `k`.
    private var upstream: String {
        gradient.hasSequenceGradient ? "(forState[k] + forStates[place * \(outputs)u + k])" : "forState[k]"
    }

    private var stateBefore: String {
        "(isFirst ? firstState[n * \(outputs)u + k] : states[earlier * \(outputs)u + k])"
    }

    private func gate(_ number: Int, _ name: String) -> String {
        "const float \(name) = gates[place * \(4 * hidden)u + \(number * hidden)u + k];"
    }

    /// Sets the gradient of a gate's sum, which is another one for the state than for the input where two are given.
    private func set(_ gate: Int, _ value: String, ofInput other: String? = nil) -> [String] {
        let place = "place * \(code.rows)u + \(gate * hidden)u + k"
        var lines = ["forSums[\(gate * hidden)u + k] = \(value);", "sums[\(place)] = \(other ?? value);"]
        if workspace.hasStateSums { lines.append("stateSums[\(place)] = \(value);") }
        return lines
    }

    private var step: [String] {
        switch code.cell {
        case .tanh: simple(slope: "1.0f - after * after")
        case .relu: simple(slope: "after > 0.0f ? 1.0f : 0.0f")
        case .lstm: lstm
        case .gru: gru
        case .gruResettingFirst: gruResettingFirst
        }
    }

    private var keepBefore: String { "before[place * \(outputs)u + k] = \(stateBefore);" }

    /// From the gradients of the sums to that of the state before; `rest` is what else it is made of.
    private func walkBack(rest: String = "") -> [String] {
        ["__syncthreads();"] + back.lines + code.each(outputs, ["forState[k] = \(rest)\(back.sum("k"));"])
    }

    private func simple(slope: String) -> [String] {
        let lines = [
            "const float after = states[place * \(outputs)u + k];",
            "const float change = \(upstream) * (\(slope));", keepBefore,
        ]
        return code.each(hidden, lines + set(0, "change")) + walkBack()
    }

    private var lstm: [String] {
        func through(_ number: Int, _ change: String) -> String {
            hasPeepholes ? " + \(change) * peepholes[\(number * hidden)u + k]" : ""
        }
        let projected = code.recurrence.hasProjection ? first : nil
        var lines = [gate(0, "i"), gate(1, "f"), gate(2, "g"), gate(3, "o")]
        lines += [
            "const float after = cells[place * \(hidden)u + k];",
            "const float cellBefore = isFirst ? firstCell[n * \(hidden)u + k] : cells[earlier * \(hidden)u + k];",
            "const float squashed = tanhf(after);",
            "const float change = \(projected?.sum("k") ?? upstream);",
            "const float forO = change * squashed * o * (1.0f - o);",
            "const float forC = forCell[k] + change * o * (1.0f - squashed * squashed)\(through(1, "forO"));",
            "const float forI = forC * g * i * (1.0f - i);",
            "const float forF = forC * cellBefore * f * (1.0f - f);",
            "const float forG = forC * i * (1.0f - g * g);",
            "forCell[k] = forC * f\(through(0, "forI"))\(through(2, "forF"));",
        ]
        lines += set(0, "forI") + set(1, "forF") + set(2, "forG") + set(3, "forO")
        if hasPeepholes {
            lines += [
                "\(peephole(0)) += forI * cellBefore;", "\(peephole(1)) += forO * after;",
                "\(peephole(2)) += forF * cellBefore;",
            ]
        }
        guard let projected else { return code.each(hidden, [keepBefore] + lines) + walkBack() }
        let state = ["forState[k] = \(upstream);", "forOutputs[place * \(outputs)u + k] = forState[k];", keepBefore]
        return code.each(outputs, state) + ["__syncthreads();"] + projected.lines + code.each(hidden, lines)
            + walkBack()
    }

    private var gru: [String] {
        var lines = gruStart + [gate(3, "product"), keepBefore]
        lines.append("const float forR = forN * product * r * (1.0f - r);")
        lines += set(0, "forR") + set(1, "forZ") + set(2, "(forN * r)", ofInput: "forN")
        return code.each(hidden, lines) + walkBack(rest: "forState[k] + ")
    }

    /// The gates r, z and g, the gradients of the last two's sums, and what goes straight to the state before.
    private var gruStart: [String] {
        [
            gate(0, "r"), gate(1, "z"), gate(2, "g"), "const float old = \(stateBefore);",
            "const float change = \(upstream);", "const float forN = change * (1.0f - z) * (1.0f - g * g);",
            "const float forZ = change * (old - g) * z * (1.0f - z);", "forState[k] = change * z;",
        ]
    }

    private var gruResettingFirst: [String] {
        guard let first else { return [] }
        let start =
            gruStart + [keepBefore, "reset[place * \(hidden)u + k] = r * old;"] + set(1, "forZ") + set(2, "forN")
        let rest =
            [
                gate(0, "r"), "const float through = \(first.sum("k"));",
                "const float forR = through * \(stateBefore) * r * (1.0f - r);", "forState[k] += through * r;",
            ] + set(0, "forR")
        return code.each(hidden, start) + ["__syncthreads();"] + first.lines + code.each(hidden, rest)
            + walkBack(rest: "forState[k] + ")
    }
}
