import FoveaGraph

/// A kernel that computes expressions for each element of a shape and combines the numbers along some axes, always in the
/// same order; its results are computed from these totals.
struct ReductionKernel {
    /// What is combined: several sums, or one of the others.
    let values: [Expression]
    let shape: Shape
    /// The axes along which numbers are combined.
    let reduced: Set<Int>
    let combination: Combination
    /// By the shape's coordinates: computed from totals and from views that are 0 along reduced axes, as their places are.
    let results: [PlacedExpression]

    static let threads = 256
    /// Results side by side in a block, where neighbouring threads have neighbouring results.
    private static let columns = 32
    /// Numbers that each thread combines at least.
    private static let leastLength = 16
    private static let sliceLimit = 512

    /// The kernels in order: where there are few results, several blocks share each and a second kernel joins their parts.
    ///
    /// - Parameter scratch: a buffer for so many floats.
    func launches(
        adding code: inout KernelCode, multiprocessors: Int, scratch: (Int) -> BufferID
    ) -> [KernelLaunch] {
        let layout = ReductionLayout(self)
        let (kept, along) = (layout.kept, layout.along)
        // Neighbouring threads read neighbouring elements: those of one result, or one each of neighbouring results.
        let isRow = layout.order.last { shape[$0] != 1 }.map(reduced.contains) ?? true
        let width = isRow ? 1 : Self.columns
        let groups = (kept.count + width - 1) / width
        let perPass = Self.threads / width
        let wanted = 4 * multiprocessors
        let useful = max(1, along.count / (perPass * Self.leastLength))
        let slices = max(1, min(Self.sliceLimit, min(useful, (wanted + groups - 1) / max(1, groups))))
        let totals = combination.totalCount(of: values.count)
        let largest = max(
            layout.extent, along.count + Self.threads * slices, saturatingProduct(kept.count * slices, totals))
        let partial =
            slices > 1
            ? View(buffer: scratch(kept.count * slices * totals), offset: 0, strides: [], dataType: .float32) : nil
        let reductionCode = ReductionCode(
            kernel: self, layout: layout, type: KernelIndex.type(reaching: largest), width: width, slices: slices,
            partial: partial)
        let written = results.map(\.place.buffer)
        let (body, pointers) = reductionCode.combining()
        let first = KernelLaunch(
            name: code.add(body, threads: Self.threads), pointers: pointers.buffers,
            grid: (min(max(1, groups), KernelLaunch.gridLimit), slices),
            block: (width == 1 ? Self.threads : width, width == 1 ? 1 : perPass),
            written: partial.map { [$0.buffer] } ?? written)
        guard partial != nil else { return [first] }
        let (joining, others) = reductionCode.joining()
        let read = results.flatMap(\.value.views).map { ($0.buffer, kept.count * $0.dataType.byteCount) }
        let second = KernelLaunch(
            name: code.add(joining, threads: Self.threads), pointers: others.buffers,
            grid: ((kept.count + Self.threads - 1) / Self.threads, 1), block: (Self.threads, 1), written: written,
            partialReads: Dictionary(read, uniquingKeysWith: +))
        return [first, second]
    }
}

extension ReductionKernel {
    /// How numbers are combined.
    enum Combination: Hashable {
        case sum, maximum
        /// Their mean, and the sum of the squares of their distances to it.
        case moments

        /// The number of totals of so many values.
        func totalCount(of values: Int) -> Int { self == .moments ? 3 : values }

        /// The totals of no numbers.
        func start(_ total: Int) -> String { self == .maximum ? "(-infinity())" : "0.0f" }

        /// The statement that combines some totals with others.
        func joining(_ totals: [String], _ others: [String]) -> String {
            switch self {
            case .sum: zip(totals, others).map { "\($0) += \($1);" }.joined(separator: " ")
            case .maximum: zip(totals, others).map { "\($0) = maximum(\($0), \($1));" }.joined(separator: " ")
            case .moments: "join_moments(\((totals.map { "&\($0)" } + others).joined(separator: ", ")));"
            }
        }
    }

    /// A total in the expression of a result: that of a value, or of moments the mean and the sum of squares.
    static func total(_ index: Int) -> Expression { .apply("total\(index)", []) }
}

/// The elements that a reduction walks: those that are kept, and those that are combined for each of them.
struct ReductionLayout {
    /// Places of results, then what is read.
    let views: [View]
    let counters: [[Int]]
    let order: [Int]
    let kept: IterationSpace
    let along: IterationSpace

    init(_ kernel: ReductionKernel) {
        let (shape, places) = (kernel.shape, kernel.results.map(\.place))
        let read = (kernel.values + kernel.results.map(\.value)).flatMap(\.views)
        views = read.reduce(into: places) { if !$0.contains($1) { $0.append($1) } }
        counters = kernel.values.flatMap(\.counters).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        let whole = read.first { view in (0..<shape.rank).allSatisfy { shape[$0] == 1 || view.strides[$0] != 0 } }
        order = (whole ?? read.first ?? places[0]).walkOrder(shape)
        let strides = views.map(\.strides) + counters
        kept = IterationSpace(shape, axes: order.filter { !kernel.reduced.contains($0) }, strides: strides)
        along = IterationSpace(shape, axes: order.filter { kernel.reduced.contains($0) }, strides: strides)
    }

    /// The largest offset that is formed.
    var extent: Int {
        (0..<(views.count + counters.count)).map { kept.extent($0) + along.extent($0) }.max() ?? 0
    }
}
