import FoveaGraph

/// The settings that RNN, LSTM and GRU share, and what they do: layers over layers, each in one direction or two.
struct RecurrentStack: Hashable {
    let cell: RecurrentCell
    let hidden: Int
    let layers: Int
    let isBidirectional: Bool
    let hasBias: Bool
    let dropout: Double
    /// The size of an LSTM's state where it is projected.
    var projection: Int?
    var hasPeepholes = false

    var directions: Int { isBidirectional ? 2 : 1 }
    var outputs: Int { projection ?? hidden }

    private static func suffix(_ layer: Int, _ direction: Int) -> String {
        "l\(layer)" + (direction == 1 ? "_reverse" : "")
    }

    /// The parameters by PyTorch's names; an LSTM's peepholes are `weight_ch_l0`, ….
    func makeParameters(_ initializers: RecurrentInitializers) -> NamedParameters {
        let layers = max(0, layers)
        return NamedParameters(
            (0..<layers).flatMap { layer in
                (0..<directions).flatMap { direction in
                    var kinds: [(String, Initializer)] = [
                        ("weight_ih", initializers.input), ("weight_hh", initializers.recurrent),
                    ]
                    if hasBias {
                        kinds += [("bias_ih", initializers.inputBias), ("bias_hh", initializers.recurrentBias)]
                    }
                    if projection != nil { kinds.append(("weight_hr", initializers.input)) }
                    if hasPeepholes { kinds.append(("weight_ch", initializers.input)) }
                    return kinds.map { Parameter($1, named: "\($0)_\(Self.suffix(layer, direction))") }
                }
            })
    }

    /// - Throws: ``FoveaError`` when a setting is impossible, or the input or the state does not fit.
    func callAsFunction(
        _ input: SequenceValue, state: RecurrentState?, _ parameters: NamedParameters, in trace: Trace
    ) throws -> RecurrentResult {
        try validate(input, state)
        var x = try Transposition(permutation: [2, 0, 1]).applied(to: input.values)  // [T, N, C]
        var (hidden, cell): ([[Value]], [[Value]]) = ([], [])
        for layer in 0..<layers {
            if layer > 0, dropout > 0, trace.mode == .training, trace.hasDropout {
                x = try x * trace.randomMask(dropout, like: x)
            }
            let results = try (0..<directions).map { direction in
                try run(
                    x, input.lengths, layer, direction, state, parameters, in: trace)
            }
            hidden.append(results.map { $0[1] })
            if self.cell == .lstm { cell.append(results.map { $0[2] }) }
            x = directions == 1 ? results[0][0] : try Concatenation(axis: 2).results(on: results.map { $0[0] })[0]
        }
        let last = hidden[layers - 1]
        return RecurrentResult(
            sequence: SequenceValue(
                try Transposition(permutation: [1, 2, 0]).applied(to: x), lengths: input.lengths),
            last: directions == 1 ? last[0] : try Concatenation(axis: 1).results(on: last)[0],
            state: RecurrentState(hidden: hidden, cell: cell))
    }

    /// One layer in one direction, over [T, N, C].
    private func run(
        _ x: Value, _ lengths: Value?, _ layer: Int, _ direction: Int, _ state: RecurrentState?,
        _ parameters: NamedParameters, in trace: Trace
    ) throws -> [Value] {
        let (inputs, rows, batch) = (x.shape[2], cell.gateCount * hidden, x.shape[1])
        func value(_ kind: String, _ shape: [Int]) throws -> Value {
            guard let parameter = parameters["\(kind)_\(Self.suffix(layer, direction))"] else {
                return try trace.constant(Tensor(repeating: 0, TensorType(Shape(shape), x.dataType)))
            }
            // The bounds of all initial values follow from the size of the cell.
            return try parameter.value(Shape(validating: shape), fanIn: hidden, fanOut: rows, in: trace)
        }
        func start(_ states: [[Value]]?, _ size: Int) throws -> Value {
            if let states { return states[layer][direction] }
            return try trace.constant(Tensor(repeating: 0, TensorType(Shape(validating: [batch, size]), x.dataType)))
        }
        var operands = [
            x, try value("weight_ih", [rows, inputs]), try value("weight_hh", [rows, outputs]),
            try value("bias_ih", [rows]), try value("bias_hh", [rows]), try start(state?.hidden, outputs),
        ]
        if cell == .lstm { operands.append(try start(state?.cell, hidden)) }
        if let projection { operands.append(try value("weight_hr", [projection, hidden])) }
        if hasPeepholes { operands.append(try value("weight_ch", [3, hidden])) }
        if let lengths { operands.append(lengths) }
        return try Recurrence(
            cell, isReversed: direction == 1, hasProjection: projection != nil, hasPeepholes: hasPeepholes,
            hasLengths: lengths != nil
        ).results(on: operands)
    }

    private func validate(_ input: SequenceValue, _ state: RecurrentState?) throws {
        guard input.values.shape.rank == 3, input.values.dataType.isFloatingPoint else {
            throw FoveaError(
                .usage,
                layer:
                    "expects sequences [batch, channels, steps], \(input.values.producer) gives \(input.values.type).",
                remedy: "Put an Embedding before it where the steps are tokens; one channel is [batch, 1, steps].")
        }
        guard hidden >= 1, layers >= 1, projection.map({ $0 >= 1 && $0 < hidden }) ?? true, dropout >= 0, dropout < 1
        else {
            throw FoveaError(
                .usage,
                layer: "has \(hidden) numbers in \(layers) layers"
                    + (projection.map { ", projected to \($0)," } ?? "") + " and the dropout \(dropout).",
                remedy: "Use at least 1 of each, a projection to fewer, and a rate from 0 to below 1.")
        }
        guard let state else { return }
        let batch = input.values.shape[0]
        func fits(_ states: [[Value]], _ size: Int) -> Bool {
            states.count == layers
                && states.allSatisfy { $0.count == directions && $0.allSatisfy { $0.shape == Shape([batch, size]) } }
        }
        guard fits(state.hidden, outputs), cell == .lstm ? fits(state.cell, hidden) : true else {
            throw FoveaError(
                .usage,
                layer:
                    "was given a state that is not \(layers) layers in \(directions) directions of \(batch)×\(outputs)"
                    + (cell == .lstm ? " with cells of \(batch)×\(hidden)." : "."),
                remedy: "Pass the state that it returned, for the same number of sequences.")
        }
    }
}

/// What the weights of a recurrent layer start from.
public struct RecurrentInitializers: Hashable, Sendable {
    public var input: Initializer
    public var recurrent: Initializer
    public var inputBias: Initializer
    public var recurrentBias: Initializer

    public init(
        input: Initializer, recurrent: Initializer, inputBias: Initializer, recurrentBias: Initializer
    ) {
        self.input = input
        self.recurrent = recurrent
        self.inputBias = inputBias
        self.recurrentBias = recurrentBias
    }

    /// All from U(−1/√H, 1/√H), as PyTorch has it.
    public static let pyTorch = RecurrentInitializers(
        input: .uniformFanIn, recurrent: .uniformFanIn, inputBias: .uniformFanIn, recurrentBias: .uniformFanIn)
}
