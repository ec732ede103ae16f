import FoveaGraph

/// The source of a reduction's kernels.
struct ReductionCode {
    let kernel: ReductionKernel
    let layout: ReductionLayout
    /// Of indices.
    let type: String
    /// Results side by side in a block; 1 where a whole block has one result.
    let width: Int
    /// The number of blocks that share a result.
    let slices: Int
    /// Where each slice's totals go; nil with one slice.
    let partial: View?

    private var combination: ReductionKernel.Combination { kernel.combination }
    private var suffix: String { KernelIndex.suffix(type) }
    private var keptCount: String { "\(layout.kept.count)\(suffix)" }
    private var totals: [String] { (0..<combination.totalCount(of: kernel.values.count)).map { "total\($0)" } }
    private var outer: IndexCode { IndexCode(space: layout.kept, index: "o", indexType: type, prefix: "k") }
    private var inner: IndexCode { IndexCode(space: layout.along, index: "r", indexType: type, prefix: "c") }
    private var allPlaces: [Int] { Array(0..<(layout.views.count + layout.counters.count)) }

    /// The kernel that combines the numbers of each slice.
    func combining() -> (body: String, pointers: KernelPointers) {
        var pointers = KernelPointers()
        let threads = ReductionKernel.threads
        let isRow = width == 1
        let position = isRow ? "threadIdx.x" : "threadIdx.y"
        let perPass = threads / width
        let length = (layout.along.count + slices - 1) / slices
        let groups = (layout.kept.count + width - 1) / width
        let own = isRow ? "threadIdx.x" : "threadIdx.y * \(width) + threadIdx.x"
        var lines = ["__shared__ float parts[\(threads * totals.count)];"]
        lines.append("const unsigned own = \(own);")
        lines.append("for (\(type) group = blockIdx.x; group < \(groups)\(suffix); group += gridDim.x) {")
        lines.append(isRow ? "const \(type) o = group;" : "const \(type) o = group * \(width)\(suffix) + threadIdx.x;")
        for (index, total) in totals.enumerated() { lines.append("float \(total) = \(combination.start(index));") }
        lines.append(isRow ? "{" : "if (o < \(keptCount)) {")
        lines += outer.coordinates(for: allPlaces)
        lines.append("const \(type) first = blockIdx.y * \(length)\(suffix);")
        lines.append("const \(type) end = min(first + \(length)\(suffix), (\(type))\(layout.along.count)\(suffix));")
        if combination == .moments { lines.append("float shift = 0.0f, sum = 0.0f, squares = 0.0f;") }
        lines.append("for (\(type) r = first + \(position); r < end; r += \(perPass)\(suffix)) {")
        lines += inner.coordinates(for: allPlaces)
        lines += accumulating(&pointers)
        lines.append("}")
        if combination == .moments {
            lines.append("if (total2 > 0.0f) {")
            lines.append("total0 = shift + sum / total2; total1 = squares - sum * (sum / total2);")
            lines.append("}")
        }
        lines.append("}")
        func part(_ total: Int, _ offset: String) -> String { "parts[\(total * threads) + \(offset)]" }
        for (index, total) in totals.enumerated() { lines.append("\(part(index, "own")) = \(total);") }
        lines.append("__syncthreads();")
        lines.append("for (unsigned half = \(perPass / 2); half > 0; half /= 2) {")
        let (left, right) = (
            totals.indices.map { part($0, "own") },
            totals.indices.map { part($0, "own + half * \(isRow ? 1 : width)") }
        )
        lines.append("if (\(position) < half) { \(combination.joining(left, right)) }")
        lines.append("__syncthreads();")
        lines.append("}")
        lines.append(isRow ? "if (threadIdx.x == 0) {" : "if (threadIdx.y == 0 && o < \(keptCount)) {")
        for (index, total) in totals.enumerated() { lines.append("\(total) = \(part(index, "own"));") }
        if let partial {
            let target = pointers.code(partial, isConst: false)
            for (index, total) in totals.enumerated() {
                lines.append("\(target)[\(place(ofTotal: index, slice: "blockIdx.y"))] = \(total);")
            }
        } else {
            lines += finishing(&pointers)
        }
        lines.append("}")
        lines.append("__syncthreads();")
        lines.append("}")
        return (lines.joined(separator: "\n"), pointers)
    }

    /// The kernel that joins the slices of each result in order.
    func joining() -> (body: String, pointers: KernelPointers) {
        var pointers = KernelPointers()
        var lines = ["const \(type) o = blockIdx.x * (\(type))blockDim.x + threadIdx.x;"]
        lines.append("if (o >= \(keptCount)) return;")
        for (index, total) in totals.enumerated() { lines.append("float \(total) = \(combination.start(index));") }
        if let partial {
            let source = pointers.code(partial)
            let others = totals.indices.map { "\(source)[\(place(ofTotal: $0, slice: "slice"))]" }
            lines.append("for (unsigned slice = 0; slice < \(slices)u; slice++) {")
            lines.append(combination.joining(totals, others))
            lines.append("}")
        }
        lines += finishing(&pointers)
        return (lines.joined(separator: "\n"), pointers)
    }

    private func place(ofTotal index: Int, slice: String) -> String {
        "(\(slice) * (\(type))\(totals.count)\(suffix) + \(index)\(suffix)) * \(keptCount) + o"
    }

    /// The statements that add the numbers of one element to a thread's totals.
    private func accumulating(_ pointers: inout KernelPointers) -> [String] {
        let sources = pointers.sources(of: kernel.values, among: layout.views)
        func offset(_ view: Int) -> String {
            let parts = [outer.offset(view), inner.offset(view)].filter { $0 != "0" }
            return parts.isEmpty ? "0" : "(\(parts.joined(separator: " + ")))"
        }
        var code = ExpressionCode(
            place: { view in
                guard let index = layout.views.firstIndex(of: view), let source = sources[index] else {
                    return ("0", "0")
                }
                return (source, offset(index))
            },
            counter: { strides in
                layout.counters.firstIndex(of: strides).map { offset(layout.views.count + $0) } ?? "0"
            })
        let values = kernel.values.map { code.value($0) }
        guard combination == .moments else { return code.lines + [combination.joining(totals, values)] }
        // Distances to a number among them lose no digits where all are far from 0.
        return code.lines + [
            "if (total2 == 0.0f && is_finite(\(values[0]))) shift = \(values[0]);",
            "const float distance = \(values[0]) - shift;",
            "sum += distance; squares += distance * distance; total2 += 1.0f;",
        ]
    }

    /// The statements that compute the results from the totals, and write them.
    private func finishing(_ pointers: inout KernelPointers) -> [String] {
        var lines = outer.coordinates(for: allPlaces)
        let sources = pointers.sources(of: kernel.results.map(\.value), among: layout.views)
        var code = ExpressionCode(
            place: { view in
                guard let index = layout.views.firstIndex(of: view), let source = sources[index] else {
                    return ("0", "0")
                }
                return (source, "(\(outer.offset(index)))")
            }, counter: { _ in "0" })
        let values = kernel.results.map { code.value($0.value) }
        lines += code.lines
        for (index, result) in kernel.results.enumerated() {
            let target = pointers.code(result.place, isConst: false)
            lines.append("\(target)[\(outer.offset(index))] = \(result.place.dataType.stored(values[index]));")
        }
        return lines
    }
}

extension KernelPointers {
    /// The pointers of the views that some expressions read, by their places in a list.
    fileprivate mutating func sources(of expressions: [Expression], among views: [View]) -> [Int: String] {
        var sources: [Int: String] = [:]
        for view in expressions.flatMap(\.views) {
            guard let index = views.firstIndex(of: view) else { continue }
            sources[index] = code(view)
        }
        return sources
    }
}
