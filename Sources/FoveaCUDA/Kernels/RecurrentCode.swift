import FoveaGraph

/// What the kernels that walk a recurrence's steps share: a block for each sequence.
///
/// Numbers of a cell belong to threads: the one that has written a number in shared memory may read it without waiting.
struct RecurrentCode {
    let recurrence: Recurrence
    let sizes: RecurrentSizes
    let indexType: String

    init(_ recurrence: Recurrence, _ sizes: RecurrentSizes) {
        self.recurrence = recurrence
        self.sizes = sizes
        let rows = recurrence.cell.gateCount * sizes.hidden
        let width = max(rows, 4 * sizes.hidden, sizes.outputs)
        let places = saturatingProduct(sizes.steps + 1, sizes.batch)
        let largest = max(saturatingProduct(places, width), saturatingProduct(width, max(sizes.outputs, sizes.hidden)))
        indexType = KernelIndex.type(reaching: saturatingSum(largest, width))
    }

    var cell: RecurrentCell { recurrence.cell }
    var hidden: Int { sizes.hidden }
    var outputs: Int { sizes.outputs }
    /// The number of sums of a step.
    var rows: Int { cell.gateCount * hidden }
    /// The number of pairs of a step and a sequence.
    var places: Int { sizes.steps * sizes.batch }
    private var suffix: String { KernelIndex.suffix(indexType) }

    /// Statements for each number `k` below a count, each by one thread.
    func each(_ count: Int, _ lines: [String]) -> [String] {
        lines.isEmpty || count == 0
            ? []
            : ["for (unsigned k = threadIdx.x; k < \(count)u; k += \(BlockProduct.threads)u) {"] + lines + ["}"]
    }

    /// The sequence `n` and its length, where there are pointers to lengths.
    var sequence: [String] {
        [
            "const \(indexType) n = blockIdx.x;",
            recurrence.hasLengths
                ? "const int length = min(\(sizes.steps), max(0, lengths[n]));"
                : "const int length = \(sizes.steps);",
        ]
    }

    /// The `place` of the step that is made as number `s`.
    var place: String {
        let step = recurrence.isReversed ? "length - 1 - s" : "s"
        return "const \(indexType) place = (\(indexType))(\(step)) * \(sizes.batch)\(suffix) + n;"
    }

    /// The place `earlier` of the step made before, and whether there `isFirst` none was.
    var earlier: [String] {
        let neighbour = recurrence.isReversed ? "+" : "-"
        return [
            "const bool isFirst = s == 0;",
            "const \(indexType) earlier = isFirst ? place : place \(neighbour) \(sizes.batch)\(suffix);",
        ]
    }

    /// Statements for each `place` beyond the sequence's length.
    func beyond(_ lines: [String]) -> [String] {
        guard recurrence.hasLengths, !lines.isEmpty else { return [] }
        let (batch, all) = ("\(sizes.batch)\(suffix)", "\(places)\(suffix)")
        return [
            "for (\(indexType) place = (\(indexType))length * \(batch) + n; place < \(all); place += \(batch)) {"
        ] + lines + ["}"]
    }

    func logistic(_ sum: String) -> String { Self.apply(Sigmoid(), to: sum) }

    static func apply(_ function: some DeviceFunction, to sum: String) -> String {
        "(\(function.deviceCode.replacing("$0", with: "(\(sum))")))"
    }
}
