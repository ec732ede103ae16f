/// Minimizes a smooth function of many variables by the limited-memory BFGS method.
///
/// Source: J. Nocedal, S. Wright, "Numerical Optimization", 2006, algorithms 7.4 and 7.5.
struct LBFGS {
    /// A position with the function's value and gradient there.
    struct Point: Sendable {
        let position: [Double]
        let value: Double
        let gradient: [Double]
    }

    struct Minimum: Sendable {
        let point: Point
        let iterations: Int
        /// Whether no component of the gradient exceeds the tolerance.
        let hasConverged: Bool
    }

    typealias Function = @Sendable (_ position: [Double]) async throws -> Point

    /// The largest component that the gradient may have at the minimum.
    let tolerance: Double
    let maximumIterations: Int

    /// Number of steps whose change of the gradient is remembered.
    private static let historyLength = 10

    /// The lowest point that is found from a start: where the gradient is within the tolerance, where the function's precision
    /// shows no descent any more, or where the iterations end.
    func minimum(of function: Function, from start: [Double]) async throws -> Minimum {
        var point = try await function(start)
        var history = History()
        for iteration in 0..<maximumIterations {
            if isWithinTolerance(point) { return Minimum(point: point, iterations: iteration, hasConverged: true) }
            let direction = history.direction(of: point.gradient)
            // The first direction is the gradient, whose length says nothing about the distance to the minimum.
            let step = history.isEmpty ? min(1, 1 / norm(point.gradient)) : 1
            if let next = try await LineSearch(from: point, along: direction).point(of: function, firstStep: step) {
                history.add(from: point, to: next, keeping: Self.historyLength)
                point = next
            } else if history.isEmpty {
                return Minimum(point: point, iterations: iteration, hasConverged: false)
            } else {
                history = History()
            }
        }
        return Minimum(point: point, iterations: maximumIterations, hasConverged: isWithinTolerance(point))
    }

    private func isWithinTolerance(_ point: Point) -> Bool { point.gradient.allSatisfy { abs($0) <= tolerance } }
}

/// The last steps of a minimization, from which the inverse of the function's second derivative is estimated.
private struct History {
    private struct Step {
        let move: [Double]
        let change: [Double]
        /// 1 / (move · change)
        let scale: Double
    }

    private var steps: [Step] = []

    var isEmpty: Bool { steps.isEmpty }

    /// Remembers a step, unless the function does not curve upward along it.
    mutating func add(from old: LBFGS.Point, to new: LBFGS.Point, keeping limit: Int) {
        let move = zip(new.position, old.position).map { $0 - $1 }
        let change = zip(new.gradient, old.gradient).map { $0 - $1 }
        let curvature = dot(move, change)
        guard curvature > 1e-12 * dot(change, change) else { return }
        steps.append(Step(move: move, change: change, scale: 1 / curvature))
        if steps.count > limit { steps.removeFirst() }
    }

    /// The estimate times the negative gradient, by the recursion of two loops.
    func direction(of gradient: [Double]) -> [Double] {
        var direction = gradient.map { -$0 }
        var parts: [Double] = []
        for step in steps.reversed() {
            let part = step.scale * dot(step.move, direction)
            parts.append(part)
            accumulate(-part, step.change, into: &direction)
        }
        if let last = steps.last {
            let scale = 1 / (last.scale * dot(last.change, last.change))
            for index in direction.indices { direction[index] *= scale }
        }
        for (step, part) in zip(steps, parts.reversed()) {
            accumulate(part - step.scale * dot(step.change, direction), step.move, into: &direction)
        }
        return direction
    }
}

func dot(_ left: [Double], _ right: [Double]) -> Double {
    // Four sums, because each addition waits for the one before.
    var sums = SIMD4<Double>()
    let whole = min(left.count, right.count) & ~3
    for index in stride(from: 0, to: whole, by: 4) {
        for lane in 0..<4 { sums[lane] += left[index + lane] * right[index + lane] }
    }
    return (whole..<min(left.count, right.count)).reduce(sums.sum()) { $0 + left[$1] * right[$1] }
}

private func norm(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }

private func accumulate(_ factor: Double, _ vector: [Double], into sum: inout [Double]) {
    for index in sum.indices { sum[index] += factor * vector[index] }
}
