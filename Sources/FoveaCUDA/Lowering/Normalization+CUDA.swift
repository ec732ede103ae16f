import FoveaGraph

// Normalization over the batch reads its input twice forward and its two inputs twice backward: once for all that it sums,
// once for its result, which is an expression that its reader computes.

extension BatchNormalization: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = results[0].shape
        let x = planner.expression(of: operands[0], over: shape)
        let (scale, bias) = (planner.perChannel(operands[1], of: shape), planner.perChannel(operands[2], of: shape))
        let count = max(1, shape.elementCount / max(1, shape[1]))
        // Distances to an element of the channel, which is as far from 0 as the others are, keep their digits.
        let element = Expression.apply(
            "(is_finite($0) ? $0 : 0.0f)", [x.first(along: Set(0..<shape.rank).subtracting([1]))])
        let mean = Expression.apply("$0 + $1", [element, ReductionKernel.total(0)])
        let variance = Expression.apply("$0 * $1", [ReductionKernel.total(1), .literal(1 / Double(count))])
        let (means, variances) = (planner.makeValue(results[1]), planner.makeValue(results[2]))
        let perChannel = TensorType(results[1].shape, .float32)
        let (center, factor) = (planner.makeValue(perChannel), planner.makeValue(perChannel))
        let deviation = inverseDeviation(variance, epsilon)
        planner.reducePerChannel(
            [.apply("$0 - $1", [x, element])], shape, .moments,
            results: [
                (means, mean), (variances, variance), (center, mean),
                (factor, .apply("$0 * $1", [.load(scale), deviation])),
            ])
        let normalized = Expression.apply(
            "($0 - $1) * $2 + $3",
            [
                x, .load(planner.perChannel(center, of: shape)), .load(planner.perChannel(factor, of: shape)),
                .load(bias),
            ])
        return [PlannedValue(results[0], normalized), means, variances]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { shape == results[0].shape }
    var readingCount: Int { 2 }
}

extension BatchNormalizationGradient: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = results[0].shape
        let channels = operands[1...3].map { Expression.load(planner.perChannel($0, of: shape)) }
        let (scale, mean, deviation) = (channels[0], channels[1], inverseDeviation(channels[2], epsilon))
        let upstream = planner.expression(of: operands[4], over: shape)
        let distance = Expression.apply("$0 - $1", [planner.expression(of: operands[0], over: shape), mean])
        let share = Expression.literal(1 / Double(max(1, shape.elementCount / max(1, shape[1]))))
        // Σ g and Σ g · (x − μ): the latter over the deviation is the gradient of the scale.
        let (sum, product) = (ReductionKernel.total(0), ReductionKernel.total(1))
        let (forScale, forBias) = (planner.makeValue(results[1]), planner.makeValue(results[2]))
        let coefficients = (0..<3).map { _ in planner.makeValue(TensorType(results[1].shape, .float32)) }
        planner.reducePerChannel(
            [upstream, .apply("$0 * $1", [upstream, distance])], shape, .sum,
            results: [
                (forScale, .apply("$0 * $1", [product, deviation])), (forBias, sum),
                (coefficients[0], .apply("$0 * $1", [scale, deviation])),
                (coefficients[1], .apply("$0 * $1", [sum, share])),
                (coefficients[2], .apply("$0 * $1 * $2 * $2", [product, share, deviation])),
            ])
        let loads = coefficients.map { Expression.load(planner.perChannel($0, of: shape)) }
        let forInput = Expression.apply("$0 * ($1 - $2 - $3 * $4)", [loads[0], upstream, loads[1], distance, loads[2]])
        return [PlannedValue(results[0], forInput), forScale, forBias]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { shape == results[0].shape }
    var readingCount: Int { 2 }
}

/// 1 / √(σ² + ε)
private func inverseDeviation(_ variance: Expression, _ epsilon: Double) -> Expression {
    .apply("1.0f / sqrtf($0 + $1)", [variance, .literal(epsilon)])
}

extension ProgramPlanner {
    /// A value [C] by the coordinates of [N, C, …].
    fileprivate mutating func perChannel(_ value: PlannedValue, of shape: Shape) -> View {
        let view = view(of: value)
        return View(
            buffer: view.buffer, offset: view.offset,
            strides: (0..<shape.rank).map { $0 == 1 ? view.strides[0] : 0 }, dataType: view.dataType)
    }

    /// Combines numbers along all axes but the channels'.
    ///
    /// - Parameter results: values [C], and what they are computed from, by the coordinates of the shape.
    fileprivate mutating func reducePerChannel(
        _ values: [Expression], _ shape: Shape, _ combination: ReductionKernel.Combination,
        results: [(value: PlannedValue, expression: Expression)]
    ) {
        let places = results.map {
            PlacedExpression(place: perChannel($0.value, of: shape), value: $0.expression)
        }
        let kernel = ReductionKernel(
            values: values, shape: shape, reduced: Set(0..<shape.rank).subtracting([1]), combination: combination,
            results: places)
        add(kernel, resultCount: shape[1])
    }
}
