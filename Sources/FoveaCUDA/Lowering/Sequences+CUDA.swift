import FoveaGraph

/// An operation on sequences [N, C, T] with their lengths: floats, but for the lengths.
protocol DeviceSequenceOperation: DeviceLowerable {}

extension DeviceSequenceOperation {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        results.allSatisfy { $0.dataType == .float32 }
            && operands.allSatisfy { $0.dataType == .float32 || ($0.dataType == .int32 && $0.shape.rank == 1) }
    }
}

/// The numbers that operations on sequences of one shape share, as expressions by its coordinates.
private struct SequenceExpressions {
    let shape: Shape
    /// The length of the element's sequence, from 0 to T.
    let length: Expression
    /// The element's step.
    let step = Expression.counter([0, 0, 1])
    /// The number of valid steps of the sequence, at least 1.
    var divisor: Expression { .apply("fmaxf($0, 1.0f)", [length]) }

    init(_ shape: Shape, _ lengths: PlannedValue, _ planner: inout ProgramPlanner) {
        self.shape = shape
        let view = planner.view(of: lengths)
        let spread = View(
            buffer: view.buffer, offset: view.offset, strides: [view.strides[0], 0, 0], dataType: view.dataType)
        length = Self.clamped(.load(spread), to: shape[2])
    }

    static func clamped(_ length: Expression, to steps: Int) -> Expression {
        .apply("fminf(fmaxf($0, 0.0f), \(floatLiteral(Double(steps))))", [length])
    }

    /// The number where the step is valid, another where it is not.
    func valid(_ number: Expression, else other: Expression = .literal(0)) -> Expression {
        .apply("($1 < $2 ? $0 : $3)", [number, step, length, other])
    }

    /// The number at the last valid step, 0 elsewhere.
    func last(_ number: Expression) -> Expression {
        .apply("($1 == $2 - 1.0f ? $0 : 0.0f)", [number, step, length])
    }

    /// A value with a number for each channel, [C], or for each of a sequence's channels, [N, C].
    func spread(_ value: PlannedValue, _ planner: inout ProgramPlanner) -> Expression {
        let view = planner.view(of: value)
        let strides = view.strides.count == 1 ? [0, view.strides[0], 0] : view.strides + [0]
        return .load(View(buffer: view.buffer, offset: view.offset, strides: strides, dataType: view.dataType))
    }
}

extension ProgramPlanner {
    /// Sums an expression by a shape's coordinates along some axes; what remains is of a type.
    fileprivate mutating func sum(
        _ expression: Expression, over shape: Shape, axes: Set<Int>, _ type: TensorType
    ) -> PlannedValue {
        reduce(PlannedValue(TensorType(shape), expression), axes: axes, by: ReduceSum(axes: axes.sorted()), type)
    }

    /// The number of valid steps of all sequences, as a scalar.
    fileprivate mutating func stepCount(_ lengths: PlannedValue, steps: Int) -> PlannedValue {
        let shape = lengths.type.shape
        let length = SequenceExpressions.clamped(expression(of: lengths, over: shape), to: steps)
        return sum(length, over: shape, axes: [0], TensorType([]))
    }
}

extension SequenceMask: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let sequences = SequenceExpressions(results[0].shape, operands[1], &planner)
        let x = planner.expression(of: operands[0], over: results[0].shape)
        return [PlannedValue(results[0], sequences.valid(x, else: .literal(fill)))]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { shape == results[0].shape }
}

extension SequenceMean: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = operands[0].type.shape
        let sequences = SequenceExpressions(shape, operands[1], &planner)
        let x = planner.expression(of: operands[0], over: shape)
        let share = Expression.apply("$0 / $1", [sequences.valid(x), sequences.divisor])
        return [planner.sum(share, over: shape, axes: [2], results[0])]
    }
}

extension SequenceMeanGradient: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let sequences = SequenceExpressions(results[0].shape, operands[1], &planner)
        let share = Expression.apply("$0 / $1", [sequences.spread(operands[0], &planner), sequences.divisor])
        return [PlannedValue(results[0], sequences.valid(share))]
    }
}

extension SequenceLast: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = operands[0].type.shape
        let sequences = SequenceExpressions(shape, operands[1], &planner)
        let x = planner.expression(of: operands[0], over: shape)
        return [planner.sum(sequences.last(x), over: shape, axes: [2], results[0])]
    }
}

extension SequenceLastGradient: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let sequences = SequenceExpressions(results[0].shape, operands[1], &planner)
        return [PlannedValue(results[0], sequences.last(sequences.spread(operands[0], &planner)))]
    }
}

extension SequenceStepCount: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        [planner.stepCount(operands[0], steps: steps)]
    }
}

extension SequenceNormalization: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = results[0].shape
        let sequences = SequenceExpressions(shape, operands[3], &planner)
        let count = planner.stepCount(operands[3], steps: shape[2])
        let share = Expression.apply("$0 / fmaxf($1, 1.0f)", [.literal(1), planner.expression(of: count, over: shape)])
        let x = planner.expression(of: planner.stored(operands[0]), over: shape)
        func mean(_ number: Expression) -> PlannedValue {
            planner.sum(
                .apply("$0 * $1", [sequences.valid(number), share]), over: shape, axes: [0, 2], results[1])
        }
        let mean1 = mean(x)
        let deviation = Expression.apply("$0 - $1", [x, sequences.spread(mean1, &planner)])
        let variance = mean(.apply("$0 * $0", [deviation]))
        let scale = sequences.spread(operands[1], &planner)
        let bias = sequences.spread(operands[2], &planner)
        let normalized = Expression.apply(
            "$0 / sqrtf($1 + \(floatLiteral(epsilon))) * $2 + $3",
            [deviation, sequences.spread(variance, &planner), scale, bias])
        return [PlannedValue(results[0], sequences.valid(normalized)), mean1, variance]
    }
}

extension SequenceNormalizationGradient: DeviceSequenceOperation {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = results[0].shape
        let sequences = SequenceExpressions(shape, operands[5], &planner)
        let count = planner.expression(of: planner.stepCount(operands[5], steps: shape[2]), over: shape)
        let perChannel = operands[1...3].map { sequences.spread($0, &planner) }
        let x = planner.expression(of: planner.stored(operands[0]), over: shape)
        let upstream = planner.expression(of: planner.stored(operands[4]), over: shape)
        let inverse = Expression.apply("1.0f / sqrtf($0 + \(floatLiteral(epsilon)))", [perChannel[2]])
        let normalized = Expression.apply("($0 - $1) * $2", [x, perChannel[1], inverse])
        let forScale = planner.sum(
            sequences.valid(.apply("$0 * $1", [upstream, normalized])), over: shape, axes: [0, 2], results[1])
        let forBias = planner.sum(sequences.valid(upstream), over: shape, axes: [0, 2], results[2])
        let sums = Expression.apply(
            "($0 + $1 * $2) / fmaxf($3, 1.0f)",
            [sequences.spread(forBias, &planner), normalized, sequences.spread(forScale, &planner), count])
        let centred = Expression.apply("$0 * $1 * ($2 - $3)", [perChannel[0], inverse, upstream, sums])
        return [PlannedValue(results[0], sequences.valid(centred)), forScale, forBias]
    }
}

/// Lengths from lengths, exact up to 2^24.
protocol DeviceLengths: DeviceElementwise {}

extension DeviceLengths {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool { true }
}

extension WindowLengths: DeviceLengths {
    var deviceCode: String {
        let margin = floatLiteral(Double(axis.before + axis.after - axis.span))
        return "fmaxf(floorf(($0 + \(margin)) / \(floatLiteral(Double(axis.stride)))) + 1.0f, 1.0f)"
    }
}

extension TransposedWindowLengths: DeviceLengths {
    var deviceCode: String {
        "fmaxf(($0 - 1.0f) * \(floatLiteral(Double(axis.stride))) + \(floatLiteral(Double(margin))), 1.0f)"
    }
}
