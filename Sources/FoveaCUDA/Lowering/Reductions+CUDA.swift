import FoveaGraph

/// A sum, mean or maximum along some axes.
protocol DeviceReduction: DeviceLowerable, Reduction {
    var combination: ReductionKernel.Combination { get }
    /// What the combination of so many numbers is multiplied by.
    func factor(_ count: Int) -> Double
}

extension DeviceReduction {
    func factor(_ count: Int) -> Double { 1 }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        [try planner.reduce(operands[0], axes: reducedAxes(rank: operands[0].type.shape.rank), by: self, results[0])]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { true }
}

extension ReduceSum: DeviceReduction { var combination: ReductionKernel.Combination { .sum } }
extension ReduceMaximum: DeviceReduction { var combination: ReductionKernel.Combination { .maximum } }
extension ReduceMean: DeviceReduction {
    var combination: ReductionKernel.Combination { .sum }
    // The mean of no numbers is 0/0.
    func factor(_ count: Int) -> Double { 1 / Double(count) * (count == 0 ? 0 : 1) }
}

extension ProgramPlanner {
    /// Combines a value's elements along some axes.
    mutating func reduce(
        _ value: PlannedValue, axes: Set<Int>, by reduction: some DeviceReduction, _ type: TensorType
    ) -> PlannedValue {
        let shape = value.type.shape
        let result = makeValue(type)
        let place = view(of: result)
        let count = axes.reduce(1) { $0 * shape[$1] }
        let (total, factor) = (ReductionKernel.total(0), reduction.factor(count))
        let kernel = ReductionKernel(
            values: [expression(of: value, over: shape)], shape: shape, reduced: axes,
            combination: reduction.combination,
            results: [
                PlacedExpression(
                    place: place.spread(over: shape, without: axes, keepingDimensions: type.shape.rank == shape.rank),
                    value: factor == 1 ? total : .apply("$0 * $1", [total, .literal(factor)]))
            ])
        add(kernel, resultCount: type.shape.elementCount)
        return result
    }

    /// Adds the parts of each result, of which a buffer has one after the other, in order.
    mutating func addSlices(_ slices: Int, of partial: BufferID, _ shape: Shape, into place: View) {
        // By the coordinates of the result with the number of the slice before them.
        let strides = [shape.elementCount] + place.strides
        let kernel = ReductionKernel(
            values: [.load(View(buffer: partial, offset: 0, strides: strides, dataType: .float32))],
            shape: Shape([slices] + shape.dimensions), reduced: [0], combination: .sum,
            results: [
                PlacedExpression(
                    place: View(
                        buffer: place.buffer, offset: place.offset, strides: [0] + place.strides,
                        dataType: place.dataType),
                    value: ReductionKernel.total(0))
            ])
        add(kernel, resultCount: shape.elementCount)
    }

    mutating func add(_ kernel: ReductionKernel, resultCount: Int) {
        guard resultCount > 0 else { return }
        var scratch: [Int] = []
        // Buffers are added after the kernels are known, in the order in which they were asked for.
        let first = buffers.count
        let launches = kernel.launches(adding: &code, multiprocessors: multiprocessors) { count in
            scratch.append(count * 4)
            return BufferID(index: first + scratch.count - 1)
        }
        for byteCount in scratch { _ = addBuffer(byteCount) }
        for launch in launches { addLaunch(launch, implementation: "generated (\(launch.name))") }
    }
}

extension View {
    /// A reduction's result by the coordinates of what is reduced.
    fileprivate func spread(over shape: Shape, without axes: Set<Int>, keepingDimensions: Bool) -> View {
        var next = 0
        let spread = (0..<shape.rank).map { axis in
            defer { if keepingDimensions || !axes.contains(axis) { next += 1 } }
            return axes.contains(axis) ? 0 : strides[next]
        }
        return View(buffer: buffer, offset: offset, strides: spread, dataType: dataType)
    }
}
